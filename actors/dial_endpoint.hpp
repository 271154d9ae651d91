#pragma once

#include "actors/noise_stream.hpp"
#include "transports/dial/config.hpp"

namespace warren {

/// Spawns the actor that opens UDX streams over `port` in both directions (transports/dial) and spawns a noise_stream for
/// each. Takes dial_peer from `settings.supervisor`, which hears stream_started from the noise_stream, with dial 0 for an inbound
/// one, or dial_failed.
caf::actor spawn_dial_endpoint(
    caf::actor_system& system, std::shared_ptr<udp_port> port, session_settings settings,
    udx::config stream_defaults, const dial::config& dialling);

} // namespace warren
