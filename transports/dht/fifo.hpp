#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace warren::dht {

/// A first-in first-out queue for what is emptied at once after every call: takes no memory until used, and gives back
/// what a burst took. A std::deque takes more than half a kilobyte when empty, and a process may host many nodes.
template <class T>
class fifo {
public:
  bool empty() const noexcept { return head_ == items_.size(); }

  std::size_t size() const noexcept { return items_.size() - head_; }

  T& front() noexcept { return items_[head_]; }

  void push_back(T item) { items_.push_back(std::move(item)); }

  void pop_front() {
    if (++head_ < items_.size())
      return;
    head_ = 0;
    if (items_.capacity() * sizeof(T) > kept)
      std::vector<T>{}.swap(items_);
    else
      items_.clear();
  }

private:
  static constexpr std::size_t kept = 512; // octets

  std::vector<T> items_;
  std::size_t head_ = 0;
};

} // namespace warren::dht
