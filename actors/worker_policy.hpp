#pragma once

#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace warren {

/// How actors are given to the scheduler's threads: CAF's policy "sharing" (one queue, idle threads sleep) with fewer
/// wake-ups, which cost more than most messages do.
///
/// The first actor that gets something to do from an actor that is running goes to the slot of that one's thread and runs
/// next on it: no lock, nobody is woken. More of them go to the queue, and so does an actor that used up its turn. A thread
/// with nothing to do takes from other threads' slots before it sleeps. While anything runs, one idle thread, the patrol,
/// looks every patrol_interval, so that an actor that blocks its thread does not keep what waits in its slot; when nothing
/// has run for patrol_rounds intervals, it sleeps too.
class worker_policy : public caf::policy::unprofiled {
public:
  static constexpr auto patrol_interval = std::chrono::milliseconds{10};
  static constexpr int patrol_rounds = 20;

  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}

    using slot = std::atomic<caf::resumable*>;

    /// Queues `job`. Nobody is woken for it if `caller_is_next`: the caller has nothing else to do and takes it at once.
    void push(caf::resumable* job, bool caller_is_next = false);

    /// Takes a job from the queue or a slot; waits for one.
    caf::resumable* take();

    slot& add_slot();

    std::mutex lock; // of all below
    std::deque<caf::resumable*> queue;
    std::deque<slot> slots; // one per thread
    std::condition_variable sleepers;
    std::condition_variable patrol;
    std::size_t sleeping = 0;
    std::size_t called = 0; // of the sleeping; they are about to wake up
    bool patrolling = false;
    bool patrol_called = false;
    std::atomic<std::uint64_t> turns{0}; // begun

  private:
    caf::resumable* find_job();
    bool has_job() const;
    bool call_sleeper();
    void sleep(std::unique_lock<std::mutex>& guard);
    void go_on_patrol(std::unique_lock<std::mutex>& guard);
  };

  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    enqueue(d(self), job);
  }

  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    enqueue(d(self->parent()), job);
  }

  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    enqueue(d(self->parent()), job);
  }

  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    give_back(d(self->parent()), job);
  }

  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    return next_job(d(self->parent()));
  }

  template <class Worker, class UnaryFunction>
  void foreach_resumable(Worker*, UnaryFunction) {}

  template <class Coordinator, class UnaryFunction>
  void foreach_central_resumable(Coordinator* self, UnaryFunction f) {
    auto& all = d(self);
    std::deque<caf::resumable*> rest;
    {
      std::lock_guard guard{all.lock};
      rest.swap(all.queue);
      for (auto& each : all.slots)
        if (auto job = each.exchange(nullptr))
          rest.push_back(job);
    }
    for (auto job : rest)
      f(job);
  }

private:
  static void enqueue(coordinator_data& all, caf::resumable* job);
  static void give_back(coordinator_data& all, caf::resumable* job);
  static caf::resumable* next_job(coordinator_data& all);
};

using worker_scheduler = caf::scheduler::coordinator<worker_policy>;

} // namespace warren
