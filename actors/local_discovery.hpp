#pragma once

#include "messages/types.hpp"
#include "transports/lsd/local_discovery.hpp"

#include <functional>

namespace warren {

/// What carries a datagram to all neighbours; tests put a simulated network here.
using multicast_sender = std::function<void(byte_view payload)>;

/// Spawns the actor over lsd::local_discovery for a transport bound to `where`: on all interfaces, or on the one with that
/// address. It answers discover_locally and get_counters ("lsd.*"), and tells `listener` dht_peers. Fails with
/// errc::network_failed when the group's port cannot be had.
caf::expected<caf::actor> spawn_local_discovery(
    caf::actor_system& system, const endpoint& where, const caf::actor& listener);

/// The same over `send`; what arrives is given to it as packets_arrived.
caf::actor spawn_local_discovery(
    caf::actor_system& system, const lsd::config& settings, multicast_sender send,
    const caf::actor& listener);

} // namespace warren
