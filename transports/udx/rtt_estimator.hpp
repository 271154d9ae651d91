#pragma once

#include "messages/time.hpp"

#include <optional>

namespace warren::udx {

/// Smoothed round-trip time and retransmission timeout (RFC 6298), with the reference's clamps (udx.md
/// section 8).
class rtt_estimator {
public:
  // udx.md section 8: RTO = clamp(srtt + 4 rttvar, 1000, 30000) ms; 1000 before any sample.
  static constexpr duration min_rto = std::chrono::seconds{1};
  static constexpr duration max_rto = std::chrono::seconds{30};
  // RFC 6298 5.7: without a sample, and after what was sent has timed out, RTO is three seconds. Otherwise a path on which a
  // round trip takes longer than min_rto never gives a sample: each packet is repeated before its answer comes.
  static constexpr duration unmeasured_rto = std::chrono::seconds{3};

  /// Takes a sample from a packet that was sent only once.
  void sample(time_point now, duration rtt) noexcept;

  /// What has arrived can give no sample, as it was repeated.
  void on_unmeasured_arrival() noexcept { repeated_unmeasured_ = !has_sample(); }

  bool has_sample() const noexcept { return srtt_ > duration::zero(); }

  /// Zero before the first sample.
  duration srtt() const noexcept { return srtt_; }
  duration latest() const noexcept { return latest_; }

  /// Returns the smallest sample of the last 300 s; zero before the first.
  duration min_rtt() const noexcept { return min_rtt_; }

  duration rto() const noexcept;

private:
  duration srtt_{};
  duration rttvar_{};
  duration latest_{};
  duration min_rtt_{};
  time_point min_rtt_at_;
  bool repeated_unmeasured_ = false;
};

} // namespace warren::udx
