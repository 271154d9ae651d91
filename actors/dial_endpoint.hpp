#pragma once

#include "actors/noise_stream.hpp"
#include "transports/dial/config.hpp"

namespace warren {

/// Spawns the actor that opens UDX streams over `port` in both directions (transports/dial) and spawns a noise_stream for
/// each. Takes dial_peer from `settings.supervisor` and tells it stream_started or dial_failed; an inbound stream is told
/// by stream_started with dial 0.
caf::actor spawn_dial_endpoint(
    caf::actor_system& system, std::shared_ptr<udp_port> port, session_settings settings,
    udx::config stream_defaults, const dial::config& dialling);

} // namespace warren
