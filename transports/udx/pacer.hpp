#pragma once

#include "messages/time.hpp"

#include <cstddef>

namespace warren::udx {

/// Sends at a rate and not at once: a token bucket in octets. A path faster than the timers is not paced.
class pacer {
public:
  /// Sets the pace, in octets per second.
  void set_rate(double rate, std::size_t packet_size) noexcept;

  /// Lets everything pass.
  void stop() noexcept {
    rate_ = 0;
    started_ = false;
  }

  /// Returns true if a round trip is too short for timers to divide it.
  static bool too_fast(duration srtt) noexcept;

  /// Returns true if a packet may go now.
  bool ready(time_point now) noexcept;

  void on_sent(std::size_t octets) noexcept {
    if (rate_ > 0)
      tokens_ -= static_cast<double>(octets);
  }

  /// Returns when a burst worth waking up for will be possible; to be asked when not ready().
  time_point next(time_point now) const noexcept;

private:
  double rate_ = 0;    // octets per second; 0 for unpaced
  double burst_ = 0;   // octets, at most
  double quantum_ = 0; // octets worth a wake-up
  double tokens_ = 0;
  time_point refilled_;
  bool started_ = false;
};

} // namespace warren::udx
