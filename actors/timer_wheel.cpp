#include "actors/timer_wheel.hpp"

#include "messages/types.hpp"

namespace warren {

namespace {

void serve(timer_queue& queue) {
  std::vector<caf::actor> due;
  while (queue.wait()) {
    queue.take_due(time_point::clock::now(), due);
    for (const auto& whom : due)
      act::anon_mail(deadline_reached{}).send(whom);
    due.clear();
  }
}

} // namespace

timer_wheel::timer_wheel() : thread_{[queue = queue_] { serve(*queue); }} {
  // nop
}

timer_wheel::~timer_wheel() {
  queue_->stop();
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

} // namespace warren
