#include "messages/buffer_pool.hpp"

#include <algorithm>

namespace warren {

bytes buffer_pool::take(std::size_t octets) {
  bytes result;
  if (octets >= worth_pooling) {
    std::lock_guard guard{mutex_};
    free_.reserve(max_buffers); // so that give() allocates nothing
    if (!free_.empty()) {
      result = std::move(free_.back());
      free_.pop_back();
      octets_ -= result.capacity();
    }
  }
  result.reserve(octets);
  return result;
}

void buffer_pool::give(bytes used) noexcept {
  if (used.capacity() < worth_pooling)
    return;
  used.clear();
  std::lock_guard guard{mutex_};
  if (free_.size() >= std::min(free_.capacity(), max_buffers) || octets_ + used.capacity() > max_octets)
    return;
  octets_ += used.capacity();
  free_.push_back(std::move(used));
}

buffer_pool::amount buffer_pool::kept() const {
  std::lock_guard guard{mutex_};
  return {free_.size(), octets_};
}

void buffer_pool::release() noexcept {
  std::vector<bytes> dropped; // outside of the lock
  std::lock_guard guard{mutex_};
  dropped.swap(free_);
  octets_ = 0;
}

} // namespace warren
