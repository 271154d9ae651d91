#pragma once

#include "messages/act.hpp"
#include "messages/time.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace warren {

/// Which actors are to be woken when. A deadline that is put off costs its owner a store and no lock: the queue finds out when it
/// comes to the old place. Any thread may call at any time.
class timer_queue {
public:
  /// Whoever wants to be woken all the time (pacing) is woken this often and does more at once.
  static constexpr duration shortest_wait = std::chrono::milliseconds{1};

  /// The one wake-up of an actor, which alone may call it.
  class alarm {
  public:
    alarm(std::shared_ptr<timer_queue> queue, caf::actor_addr whom);
    ~alarm();

    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;

    /// The actor is to be woken at `due` or a little later, not before shortest_wait from `now`; at time_point::max() never.
    /// What was set before no longer counts, though a wake-up that is on its way already may still come.
    void set(time_point now, time_point due);

  private:
    friend class timer_queue;

    std::shared_ptr<timer_queue> all_;
    caf::actor_addr whom_;
    std::atomic<time_point> wanted_{time_point::max()};
    std::atomic<time_point> queued_{
        time_point::max()}; // where it stands in the queue; changed under the mutex
    std::multimap<time_point, alarm*>::iterator place_; // while it stands there
  };

  /// Appends to `due` whom to wake now. Each comes once for each set().
  void take_due(time_point now, std::vector<caf::actor>& due);

  /// Returns when take_due() may have somebody, or time_point::max().
  time_point next() const;

  /// Waits until take_due() may have somebody; false after stop(). For one thread.
  bool wait();

  void stop();

private:
  void put(alarm& which, time_point at);
  void take_out(alarm& which);
  time_point first() const;

  mutable std::mutex mutex_;
  std::condition_variable earlier_;
  std::multimap<time_point, alarm*> waiting_;
  time_point waits_until_ = time_point::min(); // min: nobody waits
  bool stopping_ = false;
};

} // namespace warren
