#include "transports/net/slab_pool.hpp"

namespace warren::net {

std::shared_ptr<slab> slab_pool::take() {
  std::unique_lock guard{mutex_};
  returned_.wait(guard, [this] { return stopped_ || !free_.empty() || made_ < limit_; });
  if (stopped_)
    return nullptr;
  std::unique_ptr<slab> fresh;
  if (free_.empty()) {
    fresh = std::make_unique<slab>();
    // Room for every slab, so that giving one back cannot fail.
    free_.reserve(++made_);
  } else {
    fresh = std::move(free_.back());
    free_.pop_back();
  }
  return {fresh.release(), [pool = shared_from_this()](slab* used) { pool->give_back(used); }};
}

bool slab_pool::exhausted() const {
  std::lock_guard guard{mutex_};
  return free_.empty() && made_ >= limit_;
}

void slab_pool::stop() {
  {
    std::lock_guard guard{mutex_};
    stopped_ = true;
  }
  returned_.notify_all();
}

void slab_pool::give_back(slab* used) noexcept {
  {
    std::lock_guard guard{mutex_};
    free_.emplace_back(used);
  }
  returned_.notify_one();
}

} // namespace warren::net
