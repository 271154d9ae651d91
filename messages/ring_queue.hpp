#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace warren {

/// A first-in, first-out queue that keeps the memory it once needed: unlike std::deque it allocates nothing in steady state.
/// Values are moved when it grows; a slot that was popped holds T{} until it is used again.
template <class T>
class ring_queue {
public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  /// Returns the number of slots that there is memory for.
  std::size_t capacity() const noexcept { return slots_.size(); }

  T& front() noexcept { return slots_[head_]; }
  const T& front() const noexcept { return slots_[head_]; }
  T& back() noexcept { return (*this)[size_ - 1]; }
  const T& back() const noexcept { return (*this)[size_ - 1]; }

  /// Returns the i-th from the front; i < size().
  T& operator[](std::size_t i) noexcept { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  const T& operator[](std::size_t i) const noexcept { return slots_[(head_ + i) & (slots_.size() - 1)]; }

  void push_back(T value) {
    if (size_ == slots_.size())
      grow();
    slots_[(head_ + size_) & (slots_.size() - 1)] = std::move(value);
    ++size_;
  }

  /// Drops the first; there must be one.
  void pop_front() noexcept {
    slots_[head_] = T{};
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
  }

  /// Drops the last; there must be one.
  void pop_back() noexcept {
    back() = T{};
    --size_;
  }

  /// Drops everything and gives the memory back.
  void release() noexcept {
    std::vector<T>{}.swap(slots_); // an assignment of {} would keep it
    head_ = size_ = 0;
  }

private:
  static constexpr std::size_t smallest = 8;

  void grow() {
    std::vector<T> larger(slots_.empty() ? smallest : 2 * slots_.size());
    for (std::size_t i = 0; i < size_; ++i)
      larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> slots_; // its size is 0 or a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

} // namespace warren
