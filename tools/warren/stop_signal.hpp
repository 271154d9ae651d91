#pragma once

#include <chrono>
#include <optional>
#include <poll.h>
#include <span>
#include <string>

namespace warren::program {

/// Turns SIGINT and SIGTERM into something to wait for. Make it before any thread is started: it blocks both signals, and
/// threads inherit that. A second signal ends the process at once.
class stop_signal {
public:
  stop_signal();
  ~stop_signal();

  stop_signal(const stop_signal&) = delete;
  stop_signal& operator=(const stop_signal&) = delete;

  /// Blocks until a signal came or request() was called; returns the reason given there, or nothing for a signal.
  std::optional<std::string> wait();

  /// As wait(), but returns false when `longest` has passed.
  bool wait_for(std::chrono::milliseconds longest);

  /// As wait(), but also returns when poll() finds one of `others` ready; false when it is only that.
  bool wait_with(std::span<pollfd> others);

  /// Ends wait(), from any thread. An empty `why` is an end in good order. The first call counts.
  void request(std::string why);

  /// Call when the clean stop begins: should it take longer than `longest`, or a signal come (a second one, if a first began the
  /// stop), the process ends hard.
  void guard_shutdown(std::chrono::milliseconds longest);

private:
  struct state;

  /// True when a signal or request is among what was ready.
  bool poll_all(std::span<pollfd> others, std::chrono::milliseconds longest);

  state* state_;
};

} // namespace warren::program
