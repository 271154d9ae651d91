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

// RFC 5681 section 3.1: never below two, except for the one of a timeout.
constexpr double min_window = 2;
constexpr double loss_window = 1;

// As Linux: twice the window per round trip while it doubles, a little above it afterwards.
constexpr double slow_start_pacing_gain = 2.0;
constexpr double avoidance_pacing_gain = 1.2;

double seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

// Returns true if the sender made use of its window, so that an ACK tells of the path and not of the application
// (RFC 9438 section 5.8). In slow start half of the window will do, as pacing spreads the rest.
bool window_was_used(const ack_sample& sample, double cwnd, bool slow_start) {
  return sample.cwnd_limited || (slow_start && static_cast<double>(sample.in_flight) * 2 >= cwnd);
}

} // namespace

void cubic::on_ack(const ack_sample& sample) {
  if (sample.recovering)
    return;
  if (!window_was_used(sample, curve_.cwnd, in_slow_start())) {
    // RFC 9438 section 5.8: time in which the application set the pace must not count as growth.
    curve_.epoch_start.reset();
    return;
  }
  if (in_slow_start())
    slow_start(sample);
  else
    congestion_avoidance(sample);
  curve_.cwnd = std::min(curve_.cwnd, double{max_packets_in_flight});
}

void cubic::on_congestion_event(time_point) {
  reduce();
  curve_.cwnd = curve_.ssthresh;
}

void cubic::on_spurious_loss() {
  if (prior_.cwnd > curve_.cwnd)
    curve_ = prior_;
}

void cubic::on_timeout(time_point, std::size_t) {
  // RFC 9438 section 4.8.
  reduce();
  curve_.cwnd = loss_window;
}

double cubic::pacing_rate(duration srtt) const noexcept {
  auto gain = in_slow_start() ? slow_start_pacing_gain : avoidance_pacing_gain;
  return gain * curve_.cwnd / seconds(srtt);
}

void cubic::slow_start(const ack_sample& sample) {
  curve_.cwnd = std::min(curve_.cwnd + hystart_.growth(sample), std::max(curve_.ssthresh, curve_.cwnd));
  if (hystart_.is_over())
    curve_.ssthresh = std::min(curve_.ssthresh, curve_.cwnd);
}

// RFC 9438 section 4.2 to 4.5.
void cubic::congestion_avoidance(const ack_sample& sample) {
  if (!curve_.epoch_start)
    start_epoch(sample.now);
  auto acked = static_cast<double>(sample.acked);
  auto t = seconds(sample.now - *curve_.epoch_start);
  auto w_cubic = [this](double at) { return c * std::pow(at - curve_.k, 3) + curve_.w_max; };
  // Beyond the window before the reduction Reno would grow by one packet each round.
  w_est_ += (w_est_ < prior_.cwnd ? alpha : 1.0) * acked / curve_.cwnd;
  if (w_cubic(t) < w_est_) {
    curve_.cwnd = std::max(curve_.cwnd, w_est_);
    return;
  }
  auto target = std::clamp(w_cubic(t + seconds(sample.srtt)), curve_.cwnd, 1.5 * curve_.cwnd);
  curve_.cwnd += acked * (target - curve_.cwnd) / curve_.cwnd;
}

void cubic::start_epoch(time_point now) {
  curve_.epoch_start = now;
  w_est_ = curve_.cwnd;
  if (curve_.cwnd >= curve_.w_max) {
    curve_.w_max = curve_.cwnd;
    curve_.k = 0;
  } else {
    curve_.k = std::cbrt((curve_.w_max - curve_.cwnd) / c);
  }
}

void cubic::reduce() {
  prior_ = curve_;
  // RFC 9438 section 4.7, fast convergence: below the last W_max somebody else wants a share.
  curve_.w_max = curve_.cwnd < curve_.w_max ? curve_.cwnd * (1.0 + beta) / 2.0 : curve_.cwnd;
  curve_.ssthresh = std::max(curve_.cwnd * beta, min_window);
  curve_.epoch_start.reset();
  hystart_.stop();
}

} // namespace warren::udx
