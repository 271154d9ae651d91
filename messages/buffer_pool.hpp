#pragma once

#include "messages/bytes.hpp"

#include <mutex>
#include <vector>

namespace warren {

/// Memory of large messages, used again and again: handed back by whoever drops the message, on any thread. To the heap such
/// buffers go and come as pages, which costs more than to fill them.
class buffer_pool {
public:
  /// A smaller buffer is as well had from the heap.
  static constexpr std::size_t worth_pooling = 4096;

  /// Buffers and octets kept at most; more goes back to the heap.
  static constexpr std::size_t max_buffers = 32;
  static constexpr std::size_t max_octets = 2 * 1024 * 1024;

  /// Returns an empty buffer with room for `octets` octets, and for not more than four times as many.
  bytes take(std::size_t octets);

  /// Keeps the memory of `used`, if there is room.
  void give(bytes used) noexcept;

  /// Gives everything kept back to the heap.
  void release() noexcept;

  struct amount {
    std::size_t buffers = 0;
    std::size_t octets = 0;
  };

  /// Returns what is kept now.
  amount kept() const;

private:
  mutable std::mutex mutex_; // guards all that follows; of one connection and its consumers
  std::vector<bytes> free_;
  std::size_t octets_ = 0;
};

} // namespace warren
