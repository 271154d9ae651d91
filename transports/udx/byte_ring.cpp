#include "transports/udx/byte_ring.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace warren::udx {

namespace {

// A connection that is idle but for signs of life needs no more.
constexpr std::size_t smallest_capacity = 1024;

} // namespace

std::size_t byte_ring::append(byte_view data) {
  auto taken = std::min(data.size(), room());
  if (taken == 0)
    return 0;
  if (size_ + taken > capacity_)
    grow(size_ + taken);
  auto tail = (head_ + size_) & (capacity_ - 1);
  auto first = std::min(taken, capacity_ - tail);
  std::memcpy(memory_.get() + tail, data.data(), first);
  if (first < taken)
    std::memcpy(memory_.get(), data.data() + first, taken - first);
  size_ += taken;
  return taken;
}

byte_view byte_ring::front() const noexcept {
  return {memory_.get() + head_, std::min(size_, capacity_ - head_)};
}

void byte_ring::drop(std::size_t n) noexcept {
  size_ -= n;
  // An empty ring starts over, so that a slow stream stays in the same few cache lines.
  head_ = size_ == 0 ? 0 : (head_ + n) & (capacity_ - 1);
}

void byte_ring::release() noexcept {
  memory_.reset();
  capacity_ = head_ = size_ = 0;
}

void byte_ring::grow(std::size_t needed) {
  auto capacity = std::max(smallest_capacity, std::bit_ceil(needed));
  std::unique_ptr<std::byte[]> memory{new std::byte[capacity]};
  auto oldest = front();
  byte_view others{memory_.get(), size_ - oldest.size()}; // behind them, at the memory's beginning
  std::ranges::copy(others, std::ranges::copy(oldest, memory.get()).out);
  memory_ = std::move(memory);
  capacity_ = capacity;
  head_ = 0;
}

} // namespace warren::udx
