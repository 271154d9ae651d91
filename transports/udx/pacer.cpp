#include "transports/udx/pacer.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

using namespace std::chrono_literals;

// Timers of a shell have about this resolution; a shorter round trip cannot be divided.
constexpr duration unpaced_below = 2ms;
// A burst covers what a late timer misses.
constexpr double burst_seconds = 0.005;
constexpr double burst_packets = 10;

} // namespace

bool pacer::too_fast(duration srtt) noexcept {
  return srtt < unpaced_below;
}

void pacer::set_rate(double rate, std::size_t packet_size) noexcept {
  rate_ = rate;
  burst_ = std::max(burst_packets * static_cast<double>(packet_size), rate_ * burst_seconds);
}

bool pacer::ready(time_point now) noexcept {
  if (rate_ == 0)
    return true;
  if (!started_) {
    started_ = true;
    tokens_ = burst_;
  } else if (now > refilled_) {
    tokens_ += rate_ * std::chrono::duration<double>(now - refilled_).count();
  }
  tokens_ = std::min(tokens_, burst_);
  refilled_ = now;
  return tokens_ > 0;
}

time_point pacer::next(time_point now) const noexcept {
  auto missing = std::max(burst_ / 2 - tokens_, 0.0);
  auto wait = std::chrono::duration_cast<duration>(std::chrono::duration<double>(missing / rate_));
  return now + std::max(wait, duration{100us});
}

} // namespace warren::udx
