#pragma once

#include "messages/types.hpp"
#include "transports/net/websocket_link.hpp"

#include <memory>

namespace warren {

/// Spawns the actor that hands what one WebSocket brings to the relay_server, a batch at a time: guest_arrived, then
/// guest_input until one says `closed`, which comes however the WebSocket or the actor ends. Returns the handlers for the
/// WebSocket. Called on io threads.
///
/// What goes to the guest does not pass here: the relay_server writes to the WebSocket itself. The actor ends with its
/// WebSocket, and closes it when the relay_server is gone.
net::websocket_handlers spawn_relay_guest(
    caf::actor_system& system, caf::actor server, std::uint64_t guest, const ip_address& from,
    std::shared_ptr<net::websocket_link> link);

} // namespace warren
