#include "tools/warren/api/task_actor.hpp"

namespace warren::program {

namespace {

struct task_state {
  explicit task_state(caf::event_based_actor* selfptr) : self{selfptr} {}

  caf::behavior make_behavior() {
    return {[this](const run_task& wanted) { wanted.task(self); }};
  }

  caf::event_based_actor* self;
};

} // namespace

caf::actor spawn_task_actor(caf::actor_system& system) {
  return act::spawn<task_state>(system);
}

void post(const caf::actor& actor, std::function<void(caf::event_based_actor*)> task) {
  act::anon_mail(run_task{std::move(task)}).send(actor);
}

} // namespace warren::program
