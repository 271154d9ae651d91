#pragma once

#include "actors/deadline.hpp"
#include "actors/timer_thread.hpp"

namespace warren {

/// As deadline, for the many actors whose wake-ups come from a timer_thread. Without one, as under a test's clock, from CAF's.
class queued_deadline {
public:
  template <class Self>
  queued_deadline(Self* self, const std::shared_ptr<timer_thread>& timers) {
    if (timers)
      alarm_.emplace(timers->queue(), self->address());
  }

  /// Call after every drain, with what poll_timeout() returned.
  template <class Self>
  void arm(Self* self, std::optional<time_point> due) {
    if (alarm_)
      alarm_->set(self->clock().now(), due.value_or(time_point::max()));
    else
      without_thread_.arm(self, due);
  }

  /// Call first thing on deadline_reached.
  void fired(time_point now) noexcept { without_thread_.fired(now); }

private:
  std::optional<timer_queue::alarm> alarm_;
  deadline without_thread_;
};

} // namespace warren
