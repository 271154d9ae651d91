#pragma once

#include "messages/time.hpp"

#include <algorithm>

namespace warren::swarm {

/// When a topic is looked up and announced again: often at first, because peers that start together cannot find each other
/// in their first lookups, then every `interval`.
class lookup_schedule {
public:
  lookup_schedule() = default;

  lookup_schedule(time_point now, duration interval) : next_{now}, interval_{interval} {
    // nop
  }

  bool due(time_point now) const noexcept { return next_ <= now; }

  time_point next() const noexcept { return next_; }

  /// Call when a lookup is over.
  void done(time_point now) noexcept {
    next_ = now + std::min(wait_, interval_);
    wait_ = std::min(wait_ * 2, interval_);
  }

private:
  time_point next_{};
  duration interval_{};
  duration wait_ = std::chrono::seconds{1};
};

} // namespace warren::swarm
