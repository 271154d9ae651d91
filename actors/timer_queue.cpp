#include "actors/timer_queue.hpp"

#include <algorithm>

namespace warren {

namespace {

constexpr auto never = time_point::max();

} // namespace

timer_queue::alarm::alarm(std::shared_ptr<timer_queue> queue, caf::actor_addr whom)
    : all_{std::move(queue)}, whom_{std::move(whom)} {
  // nop
}

timer_queue::alarm::~alarm() {
  std::lock_guard guard{all_->mutex_};
  all_->take_out(*this);
}

void timer_queue::alarm::set(time_point now, time_point due) {
  wanted_ = due;
  auto place = queued_.load();
  if (due >= place)
    return; // the queue looks again when it comes to the old place
  due = std::max(due, now + shortest_wait);
  if (due >= place)
    return;
  std::lock_guard guard{all_->mutex_};
  all_->take_out(*this);
  all_->put(*this, due);
  if (due < all_->waits_until_)
    all_->earlier_.notify_one();
}

// -- under the mutex ----------------------------------------------------------------------------------------------------

void timer_queue::put(alarm& which, time_point at) {
  which.place_ = waiting_.emplace(at, &which);
  which.queued_ = at;
}

void timer_queue::take_out(alarm& which) {
  if (which.queued_.load() == never)
    return;
  waiting_.erase(which.place_);
  which.queued_ = never;
}

time_point timer_queue::first() const {
  return waiting_.empty() ? never : waiting_.begin()->first;
}

// -- the queue ----------------------------------------------------------------------------------------------------------

/// An alarm stores what it wants before it looks where it stands; this looks at what is wanted after it has said where the alarm
/// stands: one of the two sees the other's change.
void timer_queue::take_due(time_point now, std::vector<caf::actor>& due) {
  std::lock_guard guard{mutex_};
  while (first() <= now) {
    auto& which = *waiting_.begin()->second;
    take_out(which);
    auto wanted = which.wanted_.load();
    if (wanted <= now) {
      if (auto whom = caf::actor_cast<caf::actor>(which.whom_))
        due.push_back(std::move(whom));
      continue;
    }
    while (wanted != never) {
      put(which, wanted);
      auto again = which.wanted_.load();
      if (again >= wanted)
        break;
      take_out(which); // brought forward meanwhile by somebody who saw the old place
      wanted = again;
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
    // What is due within a millisecond shares one wake-up.
    waits_until_ = first() == never ? never : std::chrono::ceil<std::chrono::milliseconds>(first());
    if (waits_until_ <= time_point::clock::now())
      break;
    if (waits_until_ == never)
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
