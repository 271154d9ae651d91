#pragma once

#include "messages/bytes.hpp"

#include <algorithm>
#include <memory>

namespace warren::udx {

/// A bounded first-in, first-out run of octets. Its memory doubles as needed, up to the limit, and is then
/// used again and again.
class byte_ring {
public:
  explicit byte_ring(std::size_t limit) noexcept : limit_{limit} {}

  /// From now on append() takes more; never less than before.
  void raise_limit(std::size_t limit) noexcept { limit_ = std::max(limit_, limit); }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Returns how much append() would take.
  std::size_t room() const noexcept { return limit_ - size_; }

  /// Appends as much of `data` as there is room for and returns how much.
  std::size_t append(byte_view data);

  /// Returns the oldest octets that lie in one piece, until the next append() or drop().
  byte_view front() const noexcept;

  /// Drops the oldest `n` octets; there must be as many.
  void drop(std::size_t n) noexcept;

  /// Drops everything and gives the memory back.
  void release() noexcept;

private:
  void grow(std::size_t needed);

  std::size_t limit_;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0; // 0 or a power of two
  std::size_t head_ = 0;     // index of the oldest octet
  std::size_t size_ = 0;
};

} // namespace warren::udx
