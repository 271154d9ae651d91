#pragma once

#include "tools/warren/program_types.hpp"

#include <functional>

namespace warren::program {

/// Spawns an actor that runs what it is given, one task at a time. HTTP handlers run on io threads, where nothing may wait;
/// a task sends requests to other actors and goes on in their answers.
caf::actor spawn_task_actor(caf::actor_system& system);

/// Runs `task` on `actor`.
void post(const caf::actor& actor, std::function<void(caf::event_based_actor*)> task);

} // namespace warren::program
