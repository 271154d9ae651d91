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

/// How often a sleeping worker looks after those that run, while there are any.
constexpr auto patience = 10ms;

/// What a worker runs next. Its own worker fills it; whoever is first takes it.
using slot = std::atomic<caf::resumable*>;

class hand_off : public caf::policy::unprofiled {
public:
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}

    std::mutex mutex; // guards all that follows
    std::condition_variable woken;
    std::condition_variable watcher;
    std::deque<caf::resumable*> queue;
    std::size_t sleeping = 0;
    bool watched = false;     // one of those that sleep looks after the slots of those that run
    std::vector<slot*> slots; // of all workers

    /// Wakes a worker, if one sleeps; he who watches goes on with it, if another can be had.
    void wake_one() {
      auto only_watcher = watched && sleeping == 1;
      (only_watcher ? watcher : woken).notify_one();
    }
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
      central_enqueue(self->parent(), job);
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
    while (all.queue.empty())
      sleep(all, guard, self->parent()->num_workers());
    auto job = all.queue.front();
    all.queue.pop_front();
    // Somebody has to look after the slot of this one, too.
    if (all.sleeping > 0 && (!all.queue.empty() || !all.watched))
      all.wake_one();
    return job;
  }

  /// Waits for the queue. While other workers run, one of those that sleep wakes up now and then, and moves to the queue
  /// whom it finds waiting in the same slot twice.
  void sleep(coordinator_data& all, std::unique_lock<std::mutex>& guard, std::size_t workers) {
    ++all.sleeping;
    if (all.watched || all.sleeping == workers) {
      all.woken.wait(guard);
    } else {
      all.watched = true;
      seen_.assign(all.slots.size(), nullptr);
      while (all.queue.empty() && all.sleeping < workers) {
        for (std::size_t i = 0; i < seen_.size(); ++i)
          seen_[i] = all.slots[i]->load(std::memory_order_relaxed);
        if (all.watcher.wait_for(guard, patience) == std::cv_status::timeout)
          rescue(all);
      }
      all.watched = false;
    }
    --all.sleeping;
  }

  void rescue(coordinator_data& all) {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      auto late = seen_[i];
      if (late != nullptr && all.slots[i]->compare_exchange_strong(late, nullptr, std::memory_order_acq_rel))
        all.queue.push_back(late);
    }
  }

  std::vector<caf::resumable*> seen_; // by the worker that watches
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
