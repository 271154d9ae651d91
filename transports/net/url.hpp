#pragma once

#include "messages/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace warren::net {

enum class url_scheme : std::uint8_t { ws, wss, http, https };

/// Where a WebSocket or HTTP server is. Only what Warren dials: no user, no fragment.
struct url {
  url_scheme scheme = url_scheme::wss;
  std::string host;       ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0; ///< the scheme's own when the text names none
  std::string path;       ///< with query, begins with '/'; never empty

  /// Returns the URL in `text`; fails with net_errc::bad_scheme when it does not begin with exactly "ws://", "wss://",
  /// "http://" or "https://" (specs/pluresdb-transport.md section 2: the test is case-sensitive), and with
  /// net_errc::bad_url for an empty or malformed host, a bad port, user info, a fragment, or white space and control
  /// characters anywhere.
  static result<url> parse(std::string_view text);

  bool secure() const noexcept { return scheme == url_scheme::wss || scheme == url_scheme::https; }

  /// Returns "host:port", an IPv6 host in brackets: what relay guests sign and the HTTP Host field says.
  std::string authority() const;

  friend bool operator==(const url&, const url&) = default;
};

std::string to_string(const url& where);

} // namespace warren::net
