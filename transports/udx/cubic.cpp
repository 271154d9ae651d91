#include "transports/udx/cubic.hpp"

#include <algorithm>
#include <cmath>

namespace warren::udx {

namespace {

// RFC 9438 section 4.6 and 5.1.
constexpr double beta = 0.7;
constexpr double c = 0.4;
// RFC 9438 section 4.3: alpha of the Reno-friendly region.
constexpr double alpha = 3.0 * (1.0 - beta) / (1.0 + beta);

double seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

} // namespace

void cubic::on_ack(const ack_sample& sample) {
  if (!window_was_used(sample, cwnd_, in_slow_start())) {
    // RFC 9438 section 5.8: time in which the application set the pace must not count as growth.
    epoch_start_.reset();
    return;
  }
  if (in_slow_start())
    slow_start(sample);
  else
    congestion_avoidance(sample);
  cwnd_ = std::min(cwnd_, double{max_packets_in_flight});
}

void cubic::on_congestion_event(time_point) {
  reduce();
  cwnd_ = ssthresh_;
}

void cubic::on_timeout(time_point) {
  // RFC 9438 section 4.8.
  reduce();
  cwnd_ = loss_window;
}

void cubic::slow_start(const ack_sample& sample) {
  cwnd_ = std::min(cwnd_ + hystart_.growth(sample), std::max(ssthresh_, cwnd_));
  if (hystart_.is_over())
    ssthresh_ = std::min(ssthresh_, cwnd_);
}

// RFC 9438 section 4.2 to 4.5.
void cubic::congestion_avoidance(const ack_sample& sample) {
  if (!epoch_start_)
    start_epoch(sample.now);
  auto acked = static_cast<double>(sample.acked);
  auto t = seconds(sample.now - *epoch_start_);
  auto w_cubic = [this](double at) { return c * std::pow(at - k_, 3) + w_max_; };
  // Beyond the window before the reduction Reno would grow by one packet each round.
  w_est_ += (w_est_ < cwnd_prior_ ? alpha : 1.0) * acked / cwnd_;
  if (w_cubic(t) < w_est_) {
    cwnd_ = std::max(cwnd_, w_est_);
    return;
  }
  auto target = std::clamp(w_cubic(t + seconds(sample.srtt)), cwnd_, 1.5 * cwnd_);
  cwnd_ += acked * (target - cwnd_) / cwnd_;
}

void cubic::start_epoch(time_point now) {
  epoch_start_ = now;
  w_est_ = cwnd_;
  if (cwnd_ >= w_max_) {
    w_max_ = cwnd_;
    k_ = 0;
  } else {
    k_ = std::cbrt((w_max_ - cwnd_) / c);
  }
}

void cubic::reduce() {
  // RFC 9438 section 4.7, fast convergence: below the last W_max somebody else wants a share.
  w_max_ = cwnd_ < w_max_ ? cwnd_ * (1.0 + beta) / 2.0 : cwnd_;
  cwnd_prior_ = cwnd_;
  ssthresh_ = std::max(cwnd_ * beta, min_window);
  epoch_start_.reset();
  hystart_.stop();
}

} // namespace warren::udx
