#include "actors/worker_policy.hpp"

#include <algorithm>
#include <utility>

namespace warren {

namespace {

/// Jobs taken from the slot in a row while others wait in the queue.
constexpr int most_from_slot = 16;

/// What the calling thread is for the scheduler; `all` tells whose thread it is.
struct thread_state {
  worker_policy::coordinator_data* all = nullptr;
  worker_policy::coordinator_data::slot* slot = nullptr;
  int from_slot = 0;
};

thread_local thread_state current;

} // namespace

void worker_policy::enqueue(coordinator_data& all, caf::resumable* job) {
  caf::resumable* empty = nullptr;
  if (current.all != &all || !current.slot->compare_exchange_strong(empty, job, std::memory_order_release))
    all.push(job);
}

caf::resumable* worker_policy::next_job(coordinator_data& all) {
  if (current.all != &all)
    current = {&all, &all.add_slot(), 0};
  auto job = current.slot->exchange(nullptr, std::memory_order_acquire);
  if (job != nullptr && ++current.from_slot >= most_from_slot) {
    all.push(job);
    job = nullptr;
  }
  if (job == nullptr) {
    current.from_slot = 0;
    job = all.take();
  }
  all.turns.fetch_add(1, std::memory_order_relaxed);
  return job;
}

worker_policy::coordinator_data::slot& worker_policy::coordinator_data::add_slot() {
  std::lock_guard guard{lock};
  return slots.emplace_back(nullptr);
}

void worker_policy::give_back(coordinator_data& all, caf::resumable* job) {
  all.push(job, current.slot->load(std::memory_order_relaxed) == nullptr);
}

void worker_policy::coordinator_data::push(caf::resumable* job, bool caller_is_next) {
  std::unique_lock guard{lock};
  caller_is_next = caller_is_next && queue.empty();
  queue.push_back(job);
  if (caller_is_next)
    return;
  auto calls_sleeper = call_sleeper();
  auto calls_patrol = !calls_sleeper && patrolling && !patrol_called;
  patrol_called = patrol_called || calls_patrol;
  guard.unlock(); // who wakes up needs the lock
  if (calls_sleeper)
    sleepers.notify_one();
  else if (calls_patrol)
    patrol.notify_one();
}

caf::resumable* worker_policy::coordinator_data::take() {
  std::unique_lock guard{lock};
  auto job = find_job();
  for (; job == nullptr; job = find_job()) {
    if (patrolling)
      sleep(guard);
    else
      go_on_patrol(guard);
  }
  // Somebody must look after this thread's slot.
  if (!patrolling && call_sleeper()) {
    guard.unlock();
    sleepers.notify_one();
  }
  return job;
}

caf::resumable* worker_policy::coordinator_data::find_job() {
  if (!queue.empty()) {
    auto job = queue.front();
    queue.pop_front();
    return job;
  }
  for (auto& each : slots)
    if (each.load(std::memory_order_relaxed) != nullptr)
      if (auto job = each.exchange(nullptr, std::memory_order_acquire))
        return job;
  return nullptr;
}

bool worker_policy::coordinator_data::has_job() const {
  return !queue.empty() || std::any_of(slots.begin(), slots.end(), [](const slot& each) {
    return each.load(std::memory_order_relaxed) != nullptr;
  });
}

/// Returns true if there is one to be notified.
bool worker_policy::coordinator_data::call_sleeper() {
  if (sleeping == called)
    return false;
  ++called;
  return true;
}

void worker_policy::coordinator_data::sleep(std::unique_lock<std::mutex>& guard) {
  ++sleeping;
  sleepers.wait(guard, [this] { return called > 0; });
  --called;
  --sleeping;
}

/// Returns when there may be a job.
void worker_policy::coordinator_data::go_on_patrol(std::unique_lock<std::mutex>& guard) {
  patrolling = true;
  auto seen = turns.load(std::memory_order_relaxed);
  for (int quiet = 0; quiet < patrol_rounds && !patrol_called && !has_job(); ++quiet) {
    patrol.wait_for(guard, patrol_interval, [this] { return patrol_called; });
    if (auto begun = turns.load(std::memory_order_relaxed); begun != seen) {
      seen = begun;
      quiet = 0;
    }
  }
  patrolling = false;
  if (!std::exchange(patrol_called, false) && !has_job())
    sleep(guard);
}

} // namespace warren
