#include "transports/net/io_threads_impl.hpp"

#include <algorithm>

namespace warren::net {

io_threads::impl::impl(std::size_t count) : io{static_cast<int>(count)}, busy{io.get_executor()} {
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back([this] { io.run(); });
}

bool io_threads::impl::enroll(const std::shared_ptr<stoppable>& work) {
  std::lock_guard guard{mutex};
  if (!stopping)
    enrolled.emplace(work.get(), work);
  return !stopping;
}

void io_threads::impl::withdraw(const stoppable* work) noexcept {
  std::lock_guard guard{mutex};
  enrolled.erase(work);
}

void io_threads::impl::stop() noexcept {
  std::vector<std::shared_ptr<stoppable>> ending;
  {
    std::lock_guard guard{mutex};
    stopping = true;
    for (auto& [key, work] : enrolled)
      if (auto alive = work.lock())
        ending.push_back(std::move(alive));
    enrolled.clear();
  }
  for (auto& work : ending)
    work->shut_down();
  ending.clear();
  // All sockets and timers are being closed, so the io context runs dry.
  busy.reset();
  for (auto& thread : threads)
    thread.join();
  threads.clear();
  {
    std::lock_guard guard{ended_mutex};
    ended = true;
  }
  io.restart();
  io.poll();
}

io_threads::io_threads(std::size_t threads)
    : impl_{std::make_shared<impl>(std::max<std::size_t>(threads, 1))} {
}

io_threads::~io_threads() {
  stop();
}

void io_threads::stop() noexcept {
  impl_->stop();
}

} // namespace warren::net
