#pragma once

#include <chrono>
#include <cstdint>

namespace warren {

/// Monotonic time as machines see it. Machines are told the time; they never ask for it.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// Wall-clock time in milliseconds since the Unix epoch, told to the few machines that need it (CRDT clocks, leases).
struct wall_time {
  std::int64_t milliseconds = 0;
  friend auto operator<=>(const wall_time&, const wall_time&) = default;
};

} // namespace warren
