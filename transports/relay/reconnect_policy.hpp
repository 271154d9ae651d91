#pragma once

#include "messages/random_source.hpp"
#include "messages/time.hpp"

namespace warren::relay {

/// Truncated exponential backoff with jitter: how long to wait before dialling again.
class reconnect_policy {
public:
  struct config {
    duration first = std::chrono::milliseconds{100};
    duration longest = std::chrono::seconds{30};
  };

  explicit reconnect_policy(const config& settings) : config_{settings} {}

  /// Returns the wait before the next attempt, between half of and the whole of `first` * 2^failures, at most `longest`.
  /// Called once after each failure or loss.
  duration next(random_source& random);

  /// Returns a wait of about `longest`: for a relay that will go on refusing us.
  duration longest(random_source& random);

  /// Called when a link served: the next wait is the first one again.
  void succeeded() noexcept { failures_ = 0; }

  /// Attempts since the last success.
  unsigned failures() const noexcept { return failures_; }

private:
  static duration jitter(duration whole, random_source& random);

  config config_;
  unsigned failures_ = 0;
};

} // namespace warren::relay
