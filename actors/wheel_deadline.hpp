#pragma once

#include "actors/deadline.hpp"
#include "actors/timer_wheel.hpp"

namespace warren {

/// As deadline, for the many actors whose wake-ups come from a timer_wheel. Without one, as under a test's clock, from CAF's.
class wheel_deadline {
public:
  template <class Self>
  wheel_deadline(Self* self, const std::shared_ptr<timer_wheel>& wheel) {
    if (wheel)
      alarm_.emplace(wheel->queue(), self->address());
  }

  /// Call after every drain, with what poll_timeout() returned.
  template <class Self>
  void arm(Self* self, std::optional<time_point> due) {
    if (alarm_)
      alarm_->set(self->clock().now(), due.value_or(time_point::max()));
    else
      without_wheel_.arm(self, due);
  }

  /// Call first thing on deadline_reached.
  void fired(time_point now) noexcept { without_wheel_.fired(now); }

private:
  std::optional<timer_queue::alarm> alarm_;
  deadline without_wheel_;
};

} // namespace warren
