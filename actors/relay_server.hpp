#pragma once

#include "messages/types.hpp"
#include "transports/net/websocket_server.hpp"
#include "transports/relay/server.hpp"

#include <functional>
#include <memory>
#include <string>

namespace warren {

struct relay_server_config {
  endpoint bind;                    // port 0: any
  std::string tls_certificate_file; // PEM, chain included; both or neither
  std::string tls_key_file;
  /// Without TLS only a loopback address may be bound, unless this is set.
  bool insecure = false;
  secret_bytes token; // wanted from every guest; empty: none
  /// Limits and times; verify and token are filled in. `hosts` are the "host:port" under which guests reach this relay;
  /// when none are given they are derived (actors/relay_names.hpp).
  relay::server_config machine;
  std::size_t connections = 4'096; // of all kinds
  net::websocket_limits websocket;

  /// Offered each upgrade and each plain request first, on io threads: how /gun shares the port. An empty result, or
  /// false, leaves it to the relay, which takes WebSockets at / and /relay and answers /healthz and /metrics.
  std::function<std::optional<net::websocket_handlers>(
      const net::http_request&, const std::shared_ptr<net::websocket_link>&)>
      other_upgrades;
  std::function<bool(const net::http_request&, const std::shared_ptr<net::http_responder>&)> other_requests;

  std::shared_ptr<net::io_threads> io;   // empty: its own
  std::shared_ptr<random_source> random; // empty: the system's generator
};

/// What others may say to a relay. shut_down tells the guests, closes them and stops listening.
using relay_server_actor =
    act::typed_actor<caf::result<relay_server_status>(get_status), caf::result<void>(shut_down)>;

struct running_relay {
  relay_server_actor actor;
  endpoint bound;
  bool secure = false;            // wss rather than ws
  std::vector<std::string> hosts; // "host:port" that guests may dial, at least one
};

/// Binds, listens and spawns the relay (DESIGN section 7). Fails with errc::bad_config (certificate, key, token, plain
/// WebSockets on a public address, no host known) or errc::network_failed.
caf::expected<running_relay> spawn_relay_server(caf::actor_system& system, relay_server_config config);

/// Spawns the relay_server actor alone, without a listener: guests come by spawn_relay_guest. For tests, and the inside of
/// spawn_relay_server. `config` must be complete.
caf::actor spawn_relay_server_actor(
    caf::actor_system& system, relay::server_config config, std::shared_ptr<random_source> random);

} // namespace warren
