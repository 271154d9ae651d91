#pragma once

#include "messages/random_source.hpp"
#include "messages/time.hpp"

#include <optional>

namespace warren::dht {

/// Says when to try to get into the network: at once, then with doubling waits (each shortened by up to a half at random,
/// so that a restarted network does not ask its bootstrap node all at once) until an attempt has found somebody.
class bootstrap_schedule {
public:
  bootstrap_schedule(duration first_wait, duration longest_wait)
      : first_wait_{first_wait}, longest_wait_{longest_wait} {}

  /// To be called when an attempt starts.
  void on_start() noexcept {
    state_ = state::running;
    retry_at_.reset();
  }

  /// To be called when an attempt has found nobody: waits and then is due.
  void on_failure(time_point now, random_source& random);

  /// To be called when an attempt has succeeded, or when there is nobody to ask.
  void on_success() noexcept {
    state_ = state::settled;
    wait_ = {};
  }

  /// True from the first start on while no attempt has succeeded.
  bool seeking() const noexcept { return state_ == state::running || state_ == state::waiting; }

  bool running() const noexcept { return state_ == state::running; }

  /// True once an attempt has ended well.
  bool settled() const noexcept { return state_ == state::settled; }

  bool due(time_point now) const noexcept { return retry_at_ && *retry_at_ <= now; }

  std::optional<time_point> poll_timeout() const noexcept { return retry_at_; }

private:
  enum class state : std::uint8_t { idle, running, waiting, settled };

  duration first_wait_;
  duration longest_wait_;
  duration wait_{};
  state state_ = state::idle;
  std::optional<time_point> retry_at_;
};

} // namespace warren::dht
