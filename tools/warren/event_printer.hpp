#pragma once

#include "messages/types.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/stop_signal.hpp"

namespace warren::program {

/// Spawns an actor that prints every swarm_event it gets, and asks for the program's stop when an actor it watches with
/// a name ends. `out` and `stop` outlive it.
caf::actor spawn_event_printer(
    caf::actor_system& system, output& out, stop_signal& stop, const transport_actor& transport,
    const caf::actor& database);

} // namespace warren::program
