#include "actors/timer_queue.hpp"

#include <algorithm>

namespace warren {

namespace {

constexpr auto never = timing_wheel::tick::max();

/// Returns the first tick that is not before `due`, or never where none is a time_point any more.
timer_queue::tick tick_of(time_point due) {
  constexpr auto last = std::chrono::floor<timer_queue::tick::duration>(time_point::max());
  return due > last ? never : std::chrono::ceil<timer_queue::tick::duration>(due);
}

} // namespace

timer_queue::alarm::alarm(std::shared_ptr<timer_queue> queue, caf::actor_addr whom)
    : all_{std::move(queue)}, whom_{std::move(whom)} {
  // nop
}

timer_queue::alarm::~alarm() {
  std::lock_guard guard{all_->mutex_};
  all_->wheel_.stop(*this);
}

void timer_queue::alarm::set(time_point now, time_point due) {
  auto at = tick_of(due);
  wanted_ = at;
  auto place = queued_.load();
  if (at >= place)
    return; // the queue looks again when it comes to the old place
  at = std::max(at, tick_of(now + shortest_wait));
  if (at >= place)
    return;
  std::lock_guard guard{all_->mutex_};
  all_->put(*this, at);
  if (at < all_->waits_until_)
    all_->earlier_.notify_one();
}

// -- under the mutex ----------------------------------------------------------------------------------------------------

void timer_queue::put(alarm& which, tick at) {
  wheel_.start(which, at);
  which.queued_ = at;
}

time_point timer_queue::first() const {
  auto earliest = wheel_.next();
  return earliest ? *earliest : time_point::max();
}

// -- the queue ----------------------------------------------------------------------------------------------------------

/// An alarm stores what it wants before it looks where it stands; this says that the alarm stands nowhere before it looks at what is
/// wanted: one of the two sees the other's change.
void timer_queue::take_due(time_point now, std::vector<caf::actor>& due) {
  auto reached = std::chrono::floor<tick::duration>(now);
  std::lock_guard guard{mutex_};
  wheel_.advance(reached);
  while (auto expired = wheel_.take_expired()) {
    auto& which = static_cast<alarm&>(*expired);
    which.queued_ = never;
    auto wanted = which.wanted_.load();
    if (wanted > reached) {
      if (wanted != never)
        put(which, wanted); // it was put off
    } else if (auto whom = caf::actor_cast<caf::actor>(which.whom_)) {
      due.push_back(std::move(whom));
    }
  }
}

time_point timer_queue::next() const {
  std::lock_guard guard{mutex_};
  return first();
}

bool timer_queue::wait() {
  std::unique_lock guard{mutex_};
  while (!stopping_) {
    waits_until_ = first();
    if (waits_until_ <= time_point::clock::now())
      break;
    if (waits_until_ == time_point::max())
      earlier_.wait(guard);
    else
      earlier_.wait_until(guard, waits_until_);
  }
  waits_until_ = time_point::min();
  return !stopping_;
}

void timer_queue::stop() {
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  earlier_.notify_one();
}

} // namespace warren
