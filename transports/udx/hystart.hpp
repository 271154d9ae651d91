#pragma once

#include "transports/udx/congestion_controller.hpp"

namespace warren::udx {

/// HyStart++ (RFC 9406): leaves slow start when the round-trip time grows, before packets are lost.
class hystart {
public:
  /// Returns by how many packets the window may grow for this ACK in slow start.
  double growth(const ack_sample& sample) noexcept;

  /// True once slow start has run its course; congestion avoidance is next.
  bool is_over() const noexcept { return over_; }

  /// A loss has ended slow start. Slow start after a timeout goes without HyStart++ (RFC 9406 section 4.3).
  void stop() noexcept {
    over_ = false;
    stopped_ = true;
  }

private:
  void start_round() noexcept;

  duration last_round_min_rtt_ = duration::max();
  duration current_round_min_rtt_ = duration::max();
  duration css_baseline_min_rtt_ = duration::max();
  int samples_ = 0;
  int css_rounds_ = 0;
  bool conservative_ = false; // in Conservative Slow Start
  bool over_ = false;
  bool stopped_ = false;
};

} // namespace warren::udx
