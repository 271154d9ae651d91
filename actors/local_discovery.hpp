#pragma once

#include "messages/types.hpp"
#include "transports/lsd/local_discovery.hpp"

#include <memory>

namespace warren {

/// What carries a datagram to all neighbours. The real one is over net::multicast_group; tests put a simulated network here.
/// Used by one thread at a time.
class multicast_link {
public:
  virtual ~multicast_link() = default;

  /// Sends to the group on every interface. Returns on how many it went out.
  virtual std::size_t send(byte_view payload) = 0;

  /// Looks for interfaces that came up or went away. Returns true when there is a new one.
  virtual bool refresh() = 0;
};

/// Spawns the actor over lsd::local_discovery for a transport bound to `where`: on all interfaces, or on the one with that
/// address. It answers discover_locally and get_counters ("lsd.*"), and tells `listener` dht_peers. Fails with
/// errc::network_failed when the group's port cannot be had.
caf::expected<caf::actor> spawn_local_discovery(
    caf::actor_system& system, const endpoint& where, const caf::actor& listener);

/// The same over `link`; what arrives is given to it as packets_arrived.
caf::actor spawn_local_discovery(
    caf::actor_system& system, const lsd::config& settings, std::shared_ptr<multicast_link> link,
    const caf::actor& listener);

} // namespace warren
