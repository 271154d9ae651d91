#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warren::program {

/// Returns `text` with %XX replaced (RFC 3986 2.1), or nothing when a percent sign is not followed by two digits.
std::optional<std::string> percent_decode(std::string_view text);

/// Returns `text` with everything but unreserved characters (RFC 3986 2.3) written as %XX.
std::string percent_encode(std::string_view text);

/// Returns the decoded value of `name` in a query "a=1&b=2", or nothing when it is missing or malformed.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

} // namespace warren::program
