#include "messages/buffer_pool.hpp"

#include <algorithm>

namespace warren {

namespace {

constexpr std::size_t most_times_too_large = 4;

} // namespace

bytes buffer_pool::take(std::size_t octets) {
  bytes result;
  if (octets >= worth_pooling) {
    std::lock_guard guard{mutex_};
    free_.reserve(max_buffers); // so that give() allocates nothing
    // Not a much larger one: whoever keeps a message shall keep no more than a few times its size.
    auto suits = [octets](const bytes& each) {
      return each.capacity() >= octets && each.capacity() / most_times_too_large <= octets;
    };
    if (auto found = std::ranges::find_if(free_, suits); found != free_.end()) {
      result = std::move(*found);
      std::swap(*found, free_.back());
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
