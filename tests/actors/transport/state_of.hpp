#pragma once

#include "actors/noise_stream_state.hpp"
#include "actors/supervisor_state.hpp"

namespace warren::test {

/// Returns the supervisor's state; the deterministic scheduler has nobody else run meanwhile.
inline supervisor_state& state_of(const transport_actor& transport) {
  auto pointer = caf::actor_cast<caf::abstract_actor*>(transport);
  return *static_cast<act::state_actor<supervisor_state>*>(pointer)->state;
}

/// The same of a connection.
inline noise_stream_state& state_of(const caf::actor& connection) {
  auto pointer = caf::actor_cast<caf::abstract_actor*>(connection);
  return *static_cast<act::state_actor<noise_stream_state>*>(pointer)->state;
}

/// Returns the state of the only connection of `transport`.
inline noise_stream_state& connection_of(const transport_actor& transport) {
  return state_of(state_of(transport).streams.begin()->second.actor);
}

} // namespace warren::test
