#pragma once

#include "messages/time.hpp"
#include "messages/types.hpp"

#include <algorithm>
#include <optional>

namespace warren {

/// Keeps an actor's one wake-up in step with its machine's poll_timeout(). CAF 0.17 cannot cancel a delayed message, so a
/// later deadline waits for the armed one to fire and only an earlier one sends anew; machines take early calls as no-ops.
class deadline {
public:
  /// Call after every drain, with what poll_timeout() returned.
  template <class Self>
  void arm(Self* self, std::optional<time_point> due) {
    if (!due || (armed_ && *armed_ <= *due))
      return;
    armed_ = due;
    auto wait = std::max<duration>(*due - self->clock().now(), std::chrono::milliseconds{1});
    act::mail(self, deadline_reached{}).delay(wait).send(caf::actor_cast<caf::actor>(self));
  }

  /// Call first thing on deadline_reached. A stale message, sent before an earlier deadline took over, must not disarm the
  /// one that is on its way: each would breed another.
  void fired(time_point now) noexcept {
    if (armed_ && *armed_ <= now)
      armed_.reset();
  }

private:
  std::optional<time_point> armed_;
};

} // namespace warren
