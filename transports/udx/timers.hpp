#pragma once

#include "messages/time.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace warren::udx {

enum class timer : std::size_t {
  retransmission, // RTO
  tail_probe,     // RFC 8985 section 7: PTO
  reordering,     // RFC 8985 section 6.2: the RACK timer
  zero_window,    // next HEARTBEAT to a peer without room
  keep_alive,     // next HEARTBEAT on an idle stream
  pacing,         // the next packet may go
  linger,         // end of a closed stream
  count,
};

/// A table of deadlines that gives the earliest.
class timer_table {
public:
  void set(timer which, time_point at) noexcept { at_[index(which)] = at; }
  void stop(timer which) noexcept { at_[index(which)] = never; }
  void stop_all() noexcept { at_.fill(never); }
  bool is_set(timer which) const noexcept { return at_[index(which)] != never; }
  time_point at(timer which) const noexcept { return at_[index(which)]; }

  /// Stops the timer and returns true if its time has come.
  bool expire(timer which, time_point now) noexcept {
    if (at_[index(which)] > now || !is_set(which))
      return false;
    stop(which);
    return true;
  }

  std::optional<time_point> next() const noexcept {
    auto earliest = *std::min_element(at_.begin(), at_.end());
    return earliest == never ? std::nullopt : std::optional{earliest};
  }

private:
  static constexpr time_point never = time_point::max();
  static constexpr std::size_t count = static_cast<std::size_t>(timer::count);

  static constexpr std::size_t index(timer which) noexcept { return static_cast<std::size_t>(which); }

  static constexpr std::array<time_point, count> all_stopped() noexcept {
    std::array<time_point, count> result{};
    result.fill(never);
    return result;
  }

  std::array<time_point, count> at_ = all_stopped();
};

} // namespace warren::udx
