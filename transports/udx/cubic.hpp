#pragma once

#include "transports/udx/congestion_controller.hpp"
#include "transports/udx/hystart.hpp"

#include <optional>

namespace warren::udx {

/// CUBIC (RFC 9438), counted in packets, with HyStart++ (RFC 9406) to leave slow start.
class cubic final : public congestion_controller {
public:
  void on_ack(const ack_sample& sample) override;
  void on_congestion_event(time_point now) override;
  void on_spurious_loss() override;
  void on_timeout(time_point now, std::size_t in_flight) override;

  std::size_t cwnd() const noexcept override { return static_cast<std::size_t>(curve_.cwnd); }
  double pacing_rate(duration srtt) const noexcept override;
  bool in_slow_start() const noexcept { return curve_.cwnd < curve_.ssthresh; }

private:
  void slow_start(const ack_sample& sample);
  void congestion_avoidance(const ack_sample& sample);
  void start_epoch(time_point now);
  void reduce();

  // What a spurious loss must give back.
  struct curve {
    double cwnd = initial_window;
    double ssthresh = max_packets_in_flight;
    double w_max = 0; // W_max
    double k = 0;     // K, seconds until the curve is at W_max
    std::optional<time_point> epoch_start;
  };

  curve curve_;
  curve prior_;      // before the last reduction
  double w_est_ = 0; // W_est, the Reno-friendly window
  hystart hystart_;
};

} // namespace warren::udx
