#include "transports/udx/new_reno.hpp"

#include <algorithm>

namespace warren::udx {

void new_reno::on_ack(const ack_sample& sample) {
  if (!window_was_used(sample, cwnd_, in_slow_start()))
    return;
  auto acked = static_cast<double>(sample.acked);
  cwnd_ += in_slow_start() ? acked : acked / cwnd_;
  cwnd_ = std::min(cwnd_, double{max_packets_in_flight});
}

void new_reno::on_congestion_event(time_point) {
  cwnd_prior_ = cwnd_;
  ssthresh_prior_ = ssthresh_;
  ssthresh_ = std::max(cwnd_ / 2, min_window);
  cwnd_ = ssthresh_;
}

void new_reno::on_spurious_loss() {
  cwnd_ = std::max(cwnd_, cwnd_prior_);
  ssthresh_ = std::max(ssthresh_, ssthresh_prior_);
}

void new_reno::on_timeout(time_point) {
  ssthresh_ = std::max(cwnd_ / 2, min_window);
  cwnd_ = loss_window;
}

} // namespace warren::udx
