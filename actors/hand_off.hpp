#pragma once

#include <caf/actor_system.hpp>
#include <caf/fwd.hpp>

namespace warren {

/// CAF's scheduler with a policy of our own, for caf::actor_system_config::module_factories; warren::config adds it. CAF
/// owns what is returned. With the option scheduler.policy set to `sharing`, `stealing` or `testing` it is CAF's own.
///
/// One queue of woken actors for all workers, as CAF's work sharing has. But whom an actor wakes is run next by the same
/// worker, with no other thread woken for it: messages mostly end in an answer, and to wake a thread takes longer than to
/// write one. What waits so, waits
/// - behind at most most_in_a_row others that were handed on like it, before all that wait in the queue have a turn;
/// - at most twice patience for a worker that does not come back; then it goes to the queue, as soon as another worker passes
///   there or sleeps.
caf::actor_system::module* make_scheduler(caf::actor_system& system);

} // namespace warren
