#pragma once

#include <chrono>
#include <optional>
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

  /// Ends wait(), from any thread. An empty `why` is an end in good order. The first call counts.
  void request(std::string why);

  /// Call when the clean stop begins: should it take longer than `longest`, or another signal come, the process ends hard.
  void guard_shutdown(std::chrono::milliseconds longest);

private:
  struct state;
  state* state_;
};

} // namespace warren::program
