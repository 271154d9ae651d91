#pragma once

#include "messages/act.hpp"
#include "messages/time.hpp"

#include <atomic>
#include <map>
#include <memory>

namespace warren {

/// Sends deadline_reached to actors: one thread for all connections of a transport. CAF's clock wakes its thread for every
/// delayed message and can take none back; this one's wakes only when a deadline is due, all that are due share one wake-up, and
/// a deadline that is put off costs a store. Works with the real clock only: under a test's clock actors use CAF's.
class timer_wheel {
public:
  /// Whoever wants to be woken all the time (pacing) is woken this often and does more at once.
  static constexpr duration shortest_wait = std::chrono::milliseconds{1};

  /// The one wake-up of an actor, which alone may call it.
  class alarm {
  public:
    alarm(std::shared_ptr<timer_wheel> wheel, caf::actor_addr whom);
    ~alarm();

    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;

    /// A deadline_reached comes at `due`, or a little later, and not before shortest_wait from now; at time_point::max() none.
    /// What was set before no longer counts, though one that is on its way already may still come.
    void set(time_point due);

  private:
    friend class timer_wheel;
    using queue = std::multimap<time_point, alarm*>;

    std::shared_ptr<timer_wheel> wheel_;
    caf::actor_addr whom_;
    std::atomic<time_point> wanted_{time_point::max()};
    std::atomic<time_point> queued_{
        time_point::max()}; // where it stands in the queue; changed under the mutex
    queue::iterator place_; // while it stands there
  };

  timer_wheel();

  /// May be called on the wheel's own thread: by an actor that ends there.
  ~timer_wheel();

private:
  struct shared_state;

  std::shared_ptr<shared_state> state_;
};

} // namespace warren
