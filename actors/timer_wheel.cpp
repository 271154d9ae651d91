#include "actors/timer_wheel.hpp"

#include "messages/types.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace warren {

namespace {

constexpr auto never = time_point::max();

} // namespace

struct timer_wheel::shared_state {
  using clock = time_point::clock;

  void run();
  void put(alarm& which, time_point at);
  void take_out(alarm& which);
  void take_due(time_point now);

  std::mutex mutex;
  std::condition_variable earlier;
  alarm::queue waiting;
  time_point sleeps_until = never;
  bool stopping = false;
  std::vector<caf::actor> due; // the thread's own
  std::thread thread;
};

// -- the queue, under the mutex -------------------------------------------------------------------------------------

void timer_wheel::shared_state::put(alarm& which, time_point at) {
  which.place_ = waiting.emplace(at, &which);
  which.queued_ = at;
}

void timer_wheel::shared_state::take_out(alarm& which) {
  if (which.queued_.load() == never)
    return;
  waiting.erase(which.place_);
  which.queued_ = never;
}

/// Moves what was put off, and collects whom to tell. An alarm stores what it wants before it looks where it stands, and this
/// looks at what is wanted after it has said where the alarm stands: one of the two sees the other's change.
void timer_wheel::shared_state::take_due(time_point now) {
  while (!waiting.empty() && waiting.begin()->first <= now) {
    auto& which = *waiting.begin()->second;
    take_out(which);
    auto wanted = which.wanted_.load();
    if (wanted <= now) {
      if (auto whom = caf::actor_cast<caf::actor>(which.whom_))
        due.push_back(std::move(whom));
    } else if (wanted != never) {
      put(which, wanted);
      // Brought forward meanwhile by somebody who saw the old place.
      if (auto again = which.wanted_.load(); again < wanted) {
        take_out(which);
        put(which, again);
      }
    }
  }
}

void timer_wheel::shared_state::run() {
  std::unique_lock guard{mutex};
  while (!stopping) {
    take_due(clock::now());
    if (!due.empty()) {
      guard.unlock();
      for (auto& whom : due)
        act::anon_mail(deadline_reached{}).send(whom);
      due.clear();
      guard.lock();
      continue;
    }
    sleeps_until = waiting.empty() ? never : waiting.begin()->first;
    if (sleeps_until == never)
      earlier.wait(guard);
    else
      earlier.wait_until(guard, sleeps_until);
    sleeps_until = time_point::min(); // awake: whatever is put into the queue is seen
  }
}

// -- alarm --------------------------------------------------------------------------------------------------------------

timer_wheel::alarm::alarm(std::shared_ptr<timer_wheel> wheel, caf::actor_addr whom)
    : wheel_{std::move(wheel)}, whom_{std::move(whom)} {
  // nop
}

timer_wheel::alarm::~alarm() {
  std::lock_guard guard{wheel_->state_->mutex};
  wheel_->state_->take_out(*this);
}

void timer_wheel::alarm::set(time_point due) {
  wanted_ = due;
  auto place = queued_.load();
  if (due >= place)
    return; // the wheel looks again when it comes to the old place
  due = std::max(due, time_point::clock::now() + shortest_wait);
  if (due >= place)
    return;
  auto& all = *wheel_->state_;
  std::lock_guard guard{all.mutex};
  all.take_out(*this);
  all.put(*this, due);
  if (due < all.sleeps_until)
    all.earlier.notify_one();
}

// -- timer_wheel --------------------------------------------------------------------------------------------------------

timer_wheel::timer_wheel() : state_{std::make_shared<shared_state>()} {
  state_->thread = std::thread{[state = state_] { state->run(); }};
}

timer_wheel::~timer_wheel() {
  {
    std::lock_guard guard{state_->mutex};
    state_->stopping = true;
  }
  state_->earlier.notify_one();
  if (state_->thread.get_id() == std::this_thread::get_id())
    state_->thread.detach();
  else
    state_->thread.join();
}

} // namespace warren
