#pragma once

#include "actors/supervisor_state.hpp"

namespace warren::test {

/// Returns the supervisor's state; the deterministic scheduler has nobody else run meanwhile.
inline supervisor_state& state_of(const transport_actor& transport) {
  auto pointer = caf::actor_cast<caf::abstract_actor*>(transport);
  return *static_cast<act::state_actor<supervisor_state>*>(pointer)->state;
}

} // namespace warren::test
