#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace warren::net {

/// Returns `when` as the field Date says it (RFC 9110 5.6.7, IMF-fixdate): "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::chrono::system_clock::time_point when);

/// Returns the moment written in `text` as http_date() writes it, or nothing. The obsolete forms are not understood.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

} // namespace warren::net
