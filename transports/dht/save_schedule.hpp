#pragma once

#include "messages/time.hpp"

#include <algorithm>

namespace warren::dht {

/// When the table of a running node is saved: soon after the start, when there is most to lose, then ever less often, so
/// that a crash at any moment loses little of what was learnt.
class save_schedule {
public:
  static constexpr duration first_wait = std::chrono::seconds{1};
  static constexpr duration longest_wait = std::chrono::minutes{5};

  explicit save_schedule(time_point now) : next_{now + first_wait} {}

  bool due(time_point now) const noexcept { return next_ <= now; }

  time_point next() const noexcept { return next_; }

  /// To be called when the table was saved.
  void saved(time_point now) noexcept {
    wait_ = std::min(2 * wait_, longest_wait);
    next_ = now + wait_;
  }

private:
  duration wait_ = first_wait;
  time_point next_;
};

} // namespace warren::dht
