#include "transports/udx/rtt_estimator.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

using namespace std::chrono_literals;

// udx.md section 8: the minimum is taken over 300 s.
constexpr duration min_rtt_window = 300s;

// A machine suspended between send and receive must not spoil the estimate.
constexpr duration outlier = 5s;

} // namespace

void rtt_estimator::sample(time_point now, duration rtt) noexcept {
  rtt = std::max(rtt, duration{1us});
  if (!has_sample()) {
    rtt = std::min(rtt, max_rto);
    srtt_ = rtt;
    rttvar_ = rtt / 2;
  } else {
    if (rtt > outlier && rtt > srtt_ + 5 * rttvar_)
      rtt = std::min(srtt_ + 5 * rttvar_, max_rto);
    auto deviation = srtt_ > rtt ? srtt_ - rtt : rtt - srtt_;
    rttvar_ = (3 * rttvar_ + deviation) / 4;
    srtt_ = (7 * srtt_ + rtt) / 8;
  }
  latest_ = rtt;
  if (min_rtt_ == duration::zero() || rtt <= min_rtt_ || now - min_rtt_at_ > min_rtt_window) {
    min_rtt_ = rtt;
    min_rtt_at_ = now;
  }
}

duration rtt_estimator::rto() const noexcept {
  if (!has_sample())
    return repeated_unmeasured_ ? unmeasured_rto : min_rto;
  return std::clamp(srtt_ + 4 * rttvar_, min_rto, max_rto);
}

} // namespace warren::udx
