#pragma once

#include "messages/act.hpp"
#include "messages/time.hpp"
#include "messages/timing_wheel.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace warren {

/// Which actors are to be woken when: up to a tick late, never early. A deadline that is put off costs its owner a store and no lock:
/// the queue finds out when it comes to the old place. What is left, once a round trip or less for each connection, finds its place
/// on a timing wheel. Any thread may call at any time.
class timer_queue {
public:
  using tick = timing_wheel::tick;

  /// Whoever wants to be woken all the time (pacing) is woken this often and does more at once.
  static constexpr duration shortest_wait = std::chrono::milliseconds{1};

  /// The one wake-up of an actor, which alone may call it.
  class alarm : timing_wheel::timer {
  public:
    alarm(std::shared_ptr<timer_queue> queue, caf::actor_addr whom);
    ~alarm();

    /// The actor is to be woken at `due` or a little later, not before shortest_wait from `now`; at time_point::max() never.
    /// What was set before no longer counts, though a wake-up that is on its way already may still come.
    void set(time_point now, time_point due);

  private:
    friend class timer_queue;

    std::shared_ptr<timer_queue> all_;
    caf::actor_addr whom_;
    std::atomic<tick> wanted_{tick::max()};
    std::atomic<tick> queued_{tick::max()}; // where it stands on the wheel; changed under the mutex
  };

  /// Appends to `due` whom to wake now: each once for each set(), or twice if the time comes while it is being set.
  void take_due(time_point now, std::vector<caf::actor>& due);

  /// Returns when take_due() may have somebody, or time_point::max().
  time_point next() const;

  /// Waits until take_due() may have somebody; false after stop(). For one thread.
  bool wait();

  void stop();

private:
  void put(alarm& which, tick at);
  time_point first() const;

  mutable std::mutex mutex_;
  std::condition_variable earlier_;
  timing_wheel wheel_;
  time_point waits_until_ = time_point::min(); // min: nobody waits
  bool stopping_ = false;
};

} // namespace warren
