#pragma once

#include "actors/noise_stream.hpp"
#include "actors/options.hpp"
#include "actors/table_keeper.hpp"
#include "actors/udp_port.hpp"
#include "messages/dht.hpp"
#include "transports/net/udp_socket.hpp"

#include <functional>

namespace warren {

/// What the supervisor is given; tests put a simulated port and fake links here.
struct supervisor_setup {
  options opts; // mode is not disabled
  std::shared_ptr<const crypto::identity> identity;
  std::uint64_t instance = 0;
  std::function<bool(const peer_id&)> allow; // empty: everyone
  std::shared_ptr<udp_port> port;            // empty: no direct way (mode relay)
  std::shared_ptr<net::udp_socket> socket;   // read by an io_driver; empty when a test feeds the port itself
  std::shared_ptr<table_keeper> dht_table;
  std::shared_ptr<timer_thread> timers; // empty under a test's clock
  /// Spawns a relay link that reports to the given actor.
  std::function<caf::expected<caf::actor>(const std::string& url, const caf::actor& supervisor)> spawn_link;
  /// Returns the address that what is sent to `remote` comes from; empty: it is always the same.
  std::function<std::optional<ip_address>(const endpoint& remote)> source_towards;
  /// Returns where this host is (net::whereabouts); empty: another place after every change.
  std::function<std::vector<ip_address>()> whereabouts;
  /// Sends network_changed to the given actor while the result lives; null, or empty: nobody tells.
  std::function<std::shared_ptr<void>(const caf::actor& supervisor)> watch_network;
  /// Spawns the local_discovery that reports to the given actor; empty: none.
  std::function<caf::expected<caf::actor>(const caf::actor& supervisor)> spawn_discovery;
};

/// Spawns the actor behind the transports hyperswarm, relay and auto (DESIGN sections 1 and 8). It owns every child, decides
/// with swarm::peer_book whom to dial and which connection stays, and restarts children by swarm::restart_policy; one that
/// keeps dying takes it down with errc::child_failed.
transport_actor spawn_supervisor(caf::actor_system& system, supervisor_setup setup);

} // namespace warren
