#pragma once

#include "transports/net/io_threads.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace warren::net {

/// Something with work on the io threads that must be ended when they stop.
class stoppable {
public:
  virtual ~stoppable() = default;

  /// Ends all work soon; called from any thread, at most once.
  virtual void shut_down() = 0;
};

struct io_threads::impl {
  explicit impl(std::size_t count);

  /// Remembers `work` until it is destroyed; returns false when the threads are stopping.
  bool enroll(const std::shared_ptr<stoppable>& work);
  void withdraw(const stoppable* work) noexcept;

  void stop() noexcept;

  /// Runs `work` on `strand`; drops it once the threads have ended, since what would wait there forever keeps the io
  /// context alive that it waits in.
  template <class Executor, class Function>
  void post(const Executor& strand, Function&& work) {
    std::shared_lock guard{ended_mutex};
    if (!ended)
      boost::asio::post(strand, std::forward<Function>(work));
  }

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy;
  std::mutex mutex;
  std::unordered_map<const stoppable*, std::weak_ptr<stoppable>> enrolled;
  bool stopping = false;
  std::shared_mutex ended_mutex;
  bool ended = false;
  std::vector<std::thread> threads;
};

} // namespace warren::net
