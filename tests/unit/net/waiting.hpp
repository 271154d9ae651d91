#pragma once

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace warren::test {

/// State that other threads change and a test waits for. The bound only ends a test that has failed.
template <class State>
class watched {
public:
  template <class Change>
  void change(Change&& apply) {
    {
      std::lock_guard guard{mutex_};
      apply(state_);
    }
    changed_.notify_all();
  }

  /// Waits until `holds` does; false when it does not within the bound.
  template <class Condition>
  bool wait(Condition&& holds) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, std::chrono::seconds{30}, [&] { return holds(state_); });
  }

  State get() {
    std::lock_guard guard{mutex_};
    return state_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_{};
};

} // namespace warren::test
