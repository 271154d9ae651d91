#pragma once

#include "messages/types.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/net/io_threads.hpp"
#include "transports/net/websocket_link.hpp"
#include "transports/relay/client.hpp"

#include <functional>
#include <memory>
#include <string>

namespace warren {

/// Opens a WebSocket to the relay. Production uses net::websocket_connect, tests a link in memory.
using link_dialler = std::function<std::shared_ptr<net::websocket_link>(net::websocket_handlers handlers)>;

struct relay_link_config {
  std::string url; // ws:// or wss://
  std::shared_ptr<const crypto::identity> identity;
  secret_bytes token;  // empty: none
  std::string ca_file; // PEM; empty: the system's certificate authorities
  /// Shared by all links of a process. Empty: the link makes its own.
  std::shared_ptr<net::io_threads> io;
  /// Empty: the system's generator.
  std::shared_ptr<random_source> random;
  /// Empty: a real WebSocket.
  link_dialler dial;
  /// Limits and times; self, sign, host and token are filled in from the above.
  relay::client_config machine;
};

/// Spawns the actor that keeps one link to one relay up (DESIGN section 7). Fails with errc::bad_config when the URL, the
/// token or the identity cannot be used.
///
/// It understands relay_join, relay_leave, open_circuit, accept_circuit, circuit_data, circuit_closed, relay_signal,
/// get_counters (answered with counter_map) and shut_down, and tells `supervisor` relay_state_changed, relay_presence,
/// circuit_offered and relay_signal. It ends with its supervisor.
///
/// What an owner of circuits can rely on:
/// - circuit_opened.octets and every circuit_credit say how many octets it may send. The link holds at most 256 KiB of
///   circuit_data per circuit that the peer has not yet asked for; an owner that sends more loses the circuit.
/// - circuit_data comes as a request: the peer may send more once the owner's handler has run (or its promise was
///   delivered), so that at most relay::initial_window octets wait in an owner's mailbox.
/// - circuit_closed comes once, whatever ended the circuit: the peer, the relay, the link's connection, or the end of the
///   link actor itself, killed or not. Owners need not monitor the link. Only an open_circuit or accept_circuit that the
///   actor did not live to read goes unanswered; the supervisor, which monitors its links, answers for those.
/// - circuit_closed sent by the owner lets what it sent before go out for up to 10 s; a second one drops it.
/// - A dead owner's circuits are reset at once.
/// circuit_closed{0, why} answers an open_circuit that cannot be done: not connected, or the peer is not at this relay.
caf::expected<caf::actor> spawn_relay_link(
    caf::actor_system& system, relay_link_config config, caf::actor supervisor);

} // namespace warren
