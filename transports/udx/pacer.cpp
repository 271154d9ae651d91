#include "transports/udx/pacer.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

using namespace std::chrono_literals;

// Timers of a shell have about this resolution; a shorter round trip cannot be divided.
constexpr duration unpaced_below = 2ms;
// A burst covers what a late timer misses, and no more: a short queue on the path must hold it.
constexpr double burst_seconds = 0.005;
constexpr double burst_packets = 4;
// draft-ietf-ccwg-bbr-05 section 5.6.3: what is worth a wake-up.
constexpr double quantum_seconds = 0.001;
constexpr double quantum_packets = 2;

} // namespace

bool pacer::too_fast(duration srtt) noexcept {
  return srtt < unpaced_below;
}

void pacer::set_rate(double rate, std::size_t packet_size) noexcept {
  rate_ = rate;
  auto size = static_cast<double>(packet_size);
  burst_ = std::max(burst_packets * size, rate_ * burst_seconds);
  quantum_ = std::max(quantum_packets * size, rate_ * quantum_seconds);
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
  auto missing = std::max(quantum_ - tokens_, 0.0);
  auto wait = std::chrono::duration_cast<duration>(std::chrono::duration<double>(missing / rate_));
  return now + std::max(wait, duration{100us});
}

} // namespace warren::udx
