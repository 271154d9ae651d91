#include "crdt_bridge/hybrid_clock.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace warren::crdt {

double hybrid_clock::tick(wall_time wall) noexcept {
  auto now = static_cast<double>(wall.milliseconds);
  if (now > last_) {
    base_ = last_ = now;
    writes_ = 0;
    return last_;
  }
  ++writes_;
  auto next = base_ + writes_ / 999.0;
  // Near 2^53 milliseconds 1/999 is less than the distance between two numbers.
  last_ = next > last_ ? next : std::nextafter(last_, std::numeric_limits<double>::infinity());
  return last_;
}

void hybrid_clock::observe(double state) noexcept {
  if (state <= last_)
    return;
  base_ = last_ = state;
  writes_ = 0;
}

double hybrid_clock::now(wall_time wall) const noexcept {
  return std::max(static_cast<double>(wall.milliseconds), last_);
}

} // namespace warren::crdt
