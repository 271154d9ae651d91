#include "actors/hand_off.hpp"

#include <caf/all.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/policy/work_stealing.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace warren {

namespace {

using namespace std::chrono_literals;

/// Actors run from a worker's own slot before one from the queue: two that talk to each other do not keep all others out.
constexpr std::size_t most_in_a_row = 8;

/// How often the slots are looked after while workers run.
constexpr auto patience = 10ms;

using steady_time = std::chrono::steady_clock::time_point;

/// What a worker runs next. Its own worker fills it; whoever is first takes it.
using slot = std::atomic<caf::resumable*>;

class hand_off : public caf::policy::unprofiled {
public:
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}

    std::mutex mutex; // guards all that follows, but for reading `unwatched`
    std::condition_variable woken;
    std::condition_variable watcher;
    std::deque<caf::resumable*> queue;
    std::size_t sleeping = 0;
    bool watched = false;                 // one of those that sleep looks after the slots
    std::atomic<bool> unwatched{false};   // some sleep, and none of them does
    std::vector<slot*> slots;             // of all workers
    std::vector<caf::resumable*> waiting; // who was found in each when that was looked at last,
    steady_time looked_at;                // which was then

    /// Wakes a worker, if one sleeps; he who watches goes on with it, if another can be had.
    void wake_one() {
      auto only_watcher = watched && sleeping == 1;
      (only_watcher ? watcher : woken).notify_one();
    }

    /// Moves to the queue whoever waits in the same slot as a while ago.
    void look_after_slots() {
      auto now = std::chrono::steady_clock::now();
      if (now - looked_at < patience)
        return;
      looked_at = now;
      waiting.resize(slots.size(), nullptr);
      for (std::size_t i = 0; i < slots.size(); ++i) {
        auto late = waiting[i];
        if (late != nullptr && slots[i]->compare_exchange_strong(late, nullptr, std::memory_order_acq_rel))
          queue.push_back(waiting[i]);
        waiting[i] = slots[i]->load(std::memory_order_relaxed);
      }
    }

    void note_sleepers() { unwatched.store(sleeping > 0 && !watched, std::memory_order_relaxed); }
  };

  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}
    // Workers are made from copies of one that never ran.
    worker_data(const worker_data&) {}

    slot next{nullptr};
    bool known = false; // `next` is in coordinator_data::slots
    std::size_t in_a_row = 0;
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    auto& all = d(self);
    std::lock_guard guard{all.mutex};
    all.queue.push_back(job);
    if (all.sleeping > 0)
      all.wake_one();
  }

  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  /// Called when the actor that runs on this worker wakes another.
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    caf::resumable* none = nullptr;
    if (!d(self).next.compare_exchange_strong(
            none, job, std::memory_order_release, std::memory_order_relaxed))
      return central_enqueue(self->parent(), job);
    // From now on somebody has to look after the slot, as long as one sleeps who can.
    auto& all = d(self->parent());
    if (!all.unwatched.load(std::memory_order_relaxed))
      return;
    std::lock_guard guard{all.mutex};
    if (all.sleeping > 0 && !all.watched)
      all.woken.notify_one();
  }

  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    auto& own = d(self);
    auto next = own.next.exchange(nullptr, std::memory_order_acquire);
    if (next != nullptr && own.in_a_row < most_in_a_row) {
      ++own.in_a_row;
      return next;
    }
    own.in_a_row = 0;
    return take(self, next);
  }

  template <class Worker, class UnaryFunction>
  void foreach_resumable(Worker* self, UnaryFunction f) {
    if (auto left = d(self).next.exchange(nullptr))
      f(left);
  }

  template <class Coordinator, class UnaryFunction>
  void foreach_central_resumable(Coordinator* self, UnaryFunction f) {
    std::deque<caf::resumable*> left;
    {
      std::lock_guard guard{d(self).mutex};
      left.swap(d(self).queue);
    }
    for (auto job : left)
      f(job);
  }

private:
  /// Takes the first of the queue, behind which `last` goes if it is somebody.
  template <class Worker>
  caf::resumable* take(Worker* self, caf::resumable* last) {
    auto& all = d(self->parent());
    std::unique_lock guard{all.mutex};
    if (!std::exchange(d(self).known, true))
      all.slots.push_back(&d(self).next);
    if (last != nullptr)
      all.queue.push_back(last);
    all.look_after_slots();
    while (all.queue.empty())
      sleep(all, guard, self->parent()->num_workers());
    auto job = all.queue.front();
    all.queue.pop_front();
    if (all.sleeping > 0 && !all.queue.empty())
      all.wake_one();
    return job;
  }

  /// Waits for the queue. While other workers run, one of those that sleep wakes up now and then for their slots.
  void sleep(coordinator_data& all, std::unique_lock<std::mutex>& guard, std::size_t workers) {
    ++all.sleeping;
    if (all.watched || all.sleeping == workers) {
      all.note_sleepers();
      all.woken.wait(guard);
    } else {
      all.watched = true;
      all.note_sleepers();
      while (all.queue.empty() && all.sleeping < workers) {
        all.watcher.wait_for(guard, patience);
        all.look_after_slots();
      }
      all.watched = false;
    }
    --all.sleeping;
    all.note_sleepers();
  }
};

} // namespace

caf::actor_system::module* make_scheduler(caf::actor_system& system) {
  using namespace caf::scheduler;
  auto policy = caf::get_or(system.config(), "scheduler.policy", caf::atom("handoff"));
  if (policy == caf::atom("sharing"))
    return new coordinator<caf::policy::work_sharing>{system};
  if (policy == caf::atom("stealing"))
    return new coordinator<caf::policy::work_stealing>{system};
  if (policy == caf::atom("testing"))
    return new test_coordinator{system};
  return new coordinator<hand_off>{system};
}

} // namespace warren
