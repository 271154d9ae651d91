#pragma once

#include <cstddef>
#include <memory>

namespace warren::net {

/// The threads that WebSockets and HTTP run on. Outlives nothing: links and servers made on it hold what they need, and
/// end with net_errc::stopped when it stops.
class io_threads {
public:
  explicit io_threads(std::size_t threads = 1);

  /// Stops and joins.
  ~io_threads();

  io_threads(const io_threads&) = delete;
  io_threads& operator=(const io_threads&) = delete;

  /// Ends all work and joins the threads; no handler runs afterwards. Must not be called from a handler.
  void stop() noexcept;

  struct impl;
  const std::shared_ptr<impl>& state() const noexcept { return impl_; }

private:
  std::shared_ptr<impl> impl_;
};

} // namespace warren::net
