#pragma once

#include <string_view>

namespace warren::program {

/// Returns the page served at /: it shows /v1/status, refreshed every two seconds. With an API token, open it as /#TOKEN;
/// the part after # never leaves the browser but in the Authorization field.
std::string_view dashboard_page() noexcept;

/// Returns the Content-Security-Policy the page needs.
std::string_view dashboard_policy() noexcept;

} // namespace warren::program
