#pragma once

#include "messages/bytes.hpp"

#include <vector>

namespace warren::udx {

/// A few MESSAGE payloads, first in first out. Empty it has no memory; a place that was used keeps its own for the next.
class message_queue {
public:
  /// Messages that wait, at most. They are for news that a later one makes stale: who lets more of them wait has no use for
  /// them either.
  static constexpr std::size_t capacity = 16;

  bool empty() const noexcept { return count_ == 0; }
  bool full() const noexcept { return count_ == capacity; }

  /// Copies `payload` behind the others; there must be room.
  void push(byte_view payload);

  /// The oldest; there must be one.
  byte_view front() const noexcept { return places_[first_]; }

  /// Drops the oldest, whose octets stay valid until the next push().
  void pop() noexcept;

  /// Drops all and gives the memory back; returns how many there were.
  std::size_t release() noexcept;

private:
  std::vector<bytes> places_; // none, or `capacity` of them: a ring
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

} // namespace warren::udx
