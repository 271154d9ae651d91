#pragma once

#include "transports/udx/congestion_controller.hpp"

namespace warren::udx {

/// RFC 5681 and 6582, counted in packets.
class new_reno final : public congestion_controller {
public:
  void on_ack(const ack_sample& sample) override;
  void on_congestion_event(time_point now) override;
  void on_spurious_loss() override;
  void on_timeout(time_point now) override;

  std::size_t cwnd() const noexcept override { return static_cast<std::size_t>(cwnd_); }
  bool in_slow_start() const noexcept override { return cwnd_ < ssthresh_; }

private:
  double cwnd_ = initial_window;
  double ssthresh_ = max_packets_in_flight;
  double cwnd_prior_ = 0;
  double ssthresh_prior_ = 0;
};

} // namespace warren::udx
