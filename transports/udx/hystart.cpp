#include "transports/udx/hystart.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

using namespace std::chrono_literals;

// RFC 9406 section 4.3.
constexpr duration min_rtt_thresh = 4ms;
constexpr duration max_rtt_thresh = 16ms;
constexpr int min_rtt_divisor = 8;
constexpr int n_rtt_sample = 8;
constexpr double css_growth_divisor = 4;
constexpr int css_rounds = 5;

} // namespace

double hystart::growth(const ack_sample& sample) noexcept {
  auto acked = static_cast<double>(sample.acked);
  if (stopped_)
    return acked;
  if (sample.round_ended)
    start_round();
  current_round_min_rtt_ = std::min(current_round_min_rtt_, sample.latest_rtt);
  ++samples_;
  auto comparable = samples_ >= n_rtt_sample && last_round_min_rtt_ != duration::max();
  if (!conservative_ && comparable) {
    auto threshold = std::clamp(last_round_min_rtt_ / min_rtt_divisor, min_rtt_thresh, max_rtt_thresh);
    if (current_round_min_rtt_ >= last_round_min_rtt_ + threshold) {
      css_baseline_min_rtt_ = current_round_min_rtt_;
      conservative_ = true;
      css_rounds_ = 0;
    }
  } else if (conservative_ && comparable && current_round_min_rtt_ < css_baseline_min_rtt_) {
    // The delay was a blip.
    css_baseline_min_rtt_ = duration::max();
    conservative_ = false;
  }
  return conservative_ ? acked / css_growth_divisor : acked;
}

void hystart::start_round() noexcept {
  last_round_min_rtt_ = current_round_min_rtt_;
  current_round_min_rtt_ = duration::max();
  samples_ = 0;
  if (conservative_ && ++css_rounds_ >= css_rounds)
    over_ = true;
}

} // namespace warren::udx
