#pragma once

#include "actors/session_directory.hpp"
#include "actors/timer_thread.hpp"
#include "actors/udx_pipe.hpp"
#include "messages/network.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/session/types.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace warren {

/// The connection actor: owns one session and its pipes. Its public face is connection_actor (messages/connection.hpp); the
/// rest is what its supervisor, its UDP port or its relay link tell it (messages/supervision.hpp, messages/pipes.hpp).
using noise_stream_actor = act::typed_actor<
    caf::result<void>(write_chunk), caf::result<void>(grant_credit), caf::result<void>(finish_channel),
    caf::result<void>(close_channel), caf::result<connection_status>(get_status),
    caf::result<void>(packets_arrived), caf::result<void>(deadline_reached), caf::result<void>(admit_session),
    caf::result<void>(shut_down), caf::result<void>(topic_joined), caf::result<void>(topic_left),
    caf::result<void>(circuit_opened), caf::result<void>(circuit_data), caf::result<void>(circuit_credit),
    caf::result<void>(circuit_closed), caf::result<void>(circuit_yielded), caf::result<void>(pipe_offered),
    caf::result<void>(open_path), caf::result<void>(relay_lost), caf::result<void>(network_changed),
    caf::result<void>(stream_unwanted)>;

/// What every connection of one transport shares.
struct session_settings {
  std::shared_ptr<const crypto::identity> identity;
  std::uint64_t instance = 0; // drawn once per transport
  std::function<bool(const peer_id&)> allow;
  session::limits limits;
  std::shared_ptr<session_directory> directory; // never null
  caf::actor supervisor;                        // gets session_established, session_admitted, session_closed
  std::shared_ptr<timer_thread> timers{};       // null: CAF's clock wakes the connections
};

/// A circuit: waits for circuit_opened from `link`. A responder waits for the circuit that its supervisor accepts for it.
struct relay_start {
  caf::actor link;
  std::string url;
  peer_id peer;
  session::role role = session::role::initiator;
};

/// Spawns the connection actor over a UDX stream. Its packets reach it from the moment this returns. An inbound pipe may turn
/// out to belong to another connection: it is handed over to that, and this actor ends with stream_merged.
noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, direct_start start);

/// Spawns the connection actor over a relay circuit.
noise_stream_actor spawn_noise_stream(
    caf::actor_system& system, session_settings settings, relay_start start);

} // namespace warren
