#pragma once

#include <system_error>

namespace warren::net {

/// What goes wrong on sockets and links beyond the system's own codes (which are passed on as they are).
enum class net_errc {
  bad_url = 1,       ///< not scheme://host[:port][/path]
  bad_scheme,        ///< none of ws, wss, http, https (case-sensitive)
  tls_configuration, ///< certificate, key or CA file cannot be read or do not belong together
  tls_handshake,     ///< the TLS handshake failed: not a TLS peer, or no common version
  certificate,       ///< the peer's certificate is not trusted or names another host
  refused,           ///< the server answered the upgrade with something other than 101
  timed_out,         ///< no answer within the handshake timeout
  silent,            ///< the peer answered no ping within the keep-alive deadline
  message_too_large, ///< a message or body above the configured limit
  queue_full,        ///< the send queue is at its bound; nothing was queued
  protocol,          ///< the peer broke the WebSocket or HTTP protocol
  closed,            ///< the link is closed
  stopped,           ///< the local side is shutting down
};

const std::error_category& net_category() noexcept;

inline std::error_code make_error_code(net_errc code) noexcept {
  return {static_cast<int>(code), net_category()};
}

} // namespace warren::net

template <>
struct std::is_error_code_enum<warren::net::net_errc> : std::true_type {};
