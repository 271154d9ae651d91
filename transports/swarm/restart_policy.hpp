#pragma once

#include "messages/random_source.hpp"
#include "messages/time.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace warren::swarm {

/// Erlang's restart intensity (erlang/otp, supervisor): a child that dies more than `intensity` times within `period` is
/// beyond help, and its parent should go down naming it. Until then it is restarted after a jittered exponential backoff.
struct restart_limits {
  std::size_t intensity = 8;
  duration period = std::chrono::seconds{60};
  duration first_delay = std::chrono::milliseconds{100};
  duration longest_delay = std::chrono::seconds{10};
};

class restart_policy {
public:
  /// `random` must outlive the policy.
  explicit restart_policy(random_source& random, const restart_limits& limits = {})
      : random_{random}, limits_{limits} {
    // nop
  }

  /// Call when `child` died. Returns how long to wait before it is started again, or nothing when it has died too often.
  std::optional<duration> on_exit(const std::string& child, time_point now);

private:
  random_source& random_;
  restart_limits limits_;
  std::map<std::string, std::deque<time_point>>
      exits_; // one entry a child name, at most intensity + 1 times in each
};

} // namespace warren::swarm
