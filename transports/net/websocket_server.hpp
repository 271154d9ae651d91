#pragma once

#include "messages/result.hpp"
#include "transports/net/http.hpp"
#include "transports/net/io_threads.hpp"
#include "transports/net/tls.hpp"
#include "transports/net/websocket_link.hpp"

#include <limits>

namespace warren::net {

struct server_config {
  endpoint listen{};               ///< port 0: any
  std::optional<tls_server> tls{}; ///< nothing: plain ws and http
  websocket_limits websocket{};
  /// Connections at once, all kinds; further ones are closed at once.
  std::size_t connections = 4'096;
  /// Connections at once of one address (network_site()), so that nobody takes all places; further ones are closed at once.
  std::size_t connections_per_address = std::numeric_limits<std::size_t>::max();
  /// Bodies read whole before on_request; larger ones get a 413.
  std::size_t largest_body = 1024 * 1024;
  /// Bodies of requests that stream_body() takes.
  std::uint64_t largest_streamed_body = 1024ull * 1024 * 1024;
  /// For the TLS handshake, for a request to arrive, and for each part of a body or response to move. Keep-alive
  /// connections are closed after this long without a request.
  std::chrono::milliseconds idle_timeout{30'000};
  /// Instead of idle_timeout for the parts of a streamed body or response: the other side may pause on purpose, as a pager
  /// does that is read. Only for so many transfers at once; to further ones idle_timeout applies.
  std::chrono::milliseconds pause_timeout{3'600'000};
  std::size_t paused_transfers = 64;
};

/// Returns what counts as one address: an IPv4 address, or the /64 of an IPv6 one, which one host may fill as it likes.
ip_address network_site(const ip_address& address);

/// All run on io threads and must not block.
struct server_handlers {
  /// Any request that is not a WebSocket upgrade. Absent: 404.
  std::function<void(http_request request, std::shared_ptr<http_responder> responder)> on_request;

  /// True for requests whose body comes through responder->read_body() instead of whole. Absent: none.
  std::function<bool(const http_request& request)> stream_body;

  /// A WebSocket upgrade: returns the link's handlers to take it, or nothing to refuse it. `link` may be kept
  /// and used from now on. Absent: all refused.
  std::function<std::optional<websocket_handlers>(
      const http_request& request, const std::shared_ptr<websocket_link>& link)>
      on_upgrade;

  /// What a refused upgrade is answered with. Absent: 404.
  std::function<http_response(const http_request& request)> on_upgrade_refused;
};

/// Snapshot of what a server saw.
struct server_counters {
  std::uint64_t connections = 0; ///< now
  std::uint64_t accepted = 0;
  std::uint64_t over_limit = 0;         ///< closed because `connections` were open
  std::uint64_t over_address_limit = 0; ///< closed because `connections_per_address` were open
  std::uint64_t tls_failures = 0;       ///< TLS handshakes that failed, garbage included
  std::uint64_t bad_requests = 0;       ///< not HTTP, malformed, or a head above 16 KiB
  std::uint64_t upgrades = 0;
  std::uint64_t refused_upgrades = 0;
  std::uint64_t requests = 0;
  std::uint64_t oversized_bodies = 0;
  std::uint64_t timeouts = 0;
};

/// Listens for WebSockets and plain HTTP/1.1 on one port.
class websocket_server {
public:
  /// Binds and listens; fails with the system's code, or net_errc::tls_configuration.
  static result<std::shared_ptr<websocket_server>> listen(
      io_threads& io, server_config config, server_handlers handlers);

  virtual ~websocket_server() = default;

  /// Returns the address and port really bound.
  virtual endpoint local() const = 0;

  /// Stops listening and drops HTTP connections. WebSocket links go on until they are closed.
  virtual void stop() = 0;

  virtual server_counters counters() const = 0;
};

} // namespace warren::net
