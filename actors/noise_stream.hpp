#pragma once

#include "actors/udp_port.hpp"
#include "messages/types.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/session/types.hpp"
#include "transports/udx/config.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace warren {

/// The connection actor: owns one session and its pipe. Its public face is connection_actor (messages/connection.hpp); the
/// rest is what its supervisor, its UDP port or its relay link tell it (messages/supervision.hpp, messages/pipes.hpp).
using noise_stream_actor = act::typed_actor<
    caf::result<void>(write_chunk), caf::result<void>(grant_credit), caf::result<void>(finish_channel),
    caf::result<void>(close_channel), caf::result<connection_status>(get_status),
    caf::result<void>(packets_arrived), caf::result<void>(deadline_reached), caf::result<void>(admit_session),
    caf::result<void>(shut_down), caf::result<void>(topic_joined), caf::result<void>(topic_left),
    caf::result<void>(circuit_opened), caf::result<void>(circuit_data), caf::result<void>(circuit_credit),
    caf::result<void>(circuit_closed)>;

/// What every connection of one transport shares.
struct session_settings {
  std::shared_ptr<const crypto::identity> identity;
  std::uint64_t instance = 0; // drawn once per transport
  std::function<bool(const peer_id&)> allow;
  session::limits limits;
  caf::actor supervisor; // gets session_established, session_admitted, session_closed
};

/// A UDX stream that was agreed on by dial_endpoint.
struct direct_start {
  std::shared_ptr<udp_port> port;
  udx::config stream;
  session::role role = session::role::initiator;
};

/// A circuit: waits for circuit_opened from `link`.
struct relay_start {
  caf::actor link;
  std::string url;
  peer_id peer;
  session::role role = session::role::initiator;
};

/// Spawns the connection actor over a UDX stream. Its packets reach it from the moment this returns.
noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, direct_start start);

/// Spawns the connection actor over a relay circuit.
noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, relay_start start);

} // namespace warren
