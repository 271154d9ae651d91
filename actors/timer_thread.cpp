#include "actors/timer_thread.hpp"

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

timer_thread::timer_thread() : thread_{[queue = queue_] { serve(*queue); }} {
  // nop
}

timer_thread::~timer_thread() {
  queue_->stop();
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

} // namespace warren
