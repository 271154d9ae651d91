#pragma once

#include "actors/timer_queue.hpp"

#include <thread>

namespace warren {

/// Sends deadline_reached to the connections of a transport, from one thread. CAF's clock wakes its thread for every delayed
/// message and can take none back; this one's wakes only when a deadline is due, and all that are due share one wake-up. For the
/// real clock only: under a test's clock actors use CAF's.
class timer_thread {
public:
  timer_thread();

  /// May be called on the thread itself: by an actor that ends there.
  ~timer_thread();

  const std::shared_ptr<timer_queue>& queue() const noexcept { return queue_; }

private:
  std::shared_ptr<timer_queue> queue_ = std::make_shared<timer_queue>();
  std::thread thread_;
};

} // namespace warren
