#pragma once

#include "messages/bytes.hpp"
#include "messages/ring_queue.hpp"

#include <cstdint>
#include <memory>

namespace warren::udx {

/// The octets of a stream from the first one not acknowledged to the last one written, by their place in the stream. Large
/// runs stay where their owner has them; small ones are copied together.
class send_store {
public:
  explicit send_store(std::size_t limit) noexcept : limit_{limit} {}

  /// Places in the stream of the first octet kept and behind the last.
  std::uint64_t begin() const noexcept { return begin_; }
  std::uint64_t end() const noexcept { return end_; }

  std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }

  /// Returns how much append() takes.
  std::size_t room() const noexcept { return limit_ - size(); }

  /// Appends as much of `octets` as there is room for and returns how much. With an `owner`, who keeps them alive and as they
  /// are, they are not copied.
  std::size_t append(byte_view octets, const std::shared_ptr<const void>& owner = nullptr);

  /// Copies the out.size() octets from `place` on; they must be there. Fast for places in ascending order.
  void copy(std::uint64_t place, std::span<std::byte> out) noexcept;

  /// Drops the oldest `n` octets; there must be as many.
  void drop(std::size_t n) noexcept;

  /// Drops everything and gives the memory back.
  void release() noexcept;

  /// Gives the memory back if nothing is kept.
  void release_spare() noexcept;

  /// Returns where the block lies that copied runs go to now; for tests.
  const std::byte* block_in_use() const noexcept { return filling_ ? filling_->memory.get() : nullptr; }

private:
  struct piece {
    std::uint64_t begin = 0;
    byte_view octets;
    std::shared_ptr<const void> owner;
  };

  /// Where small runs are copied to, one behind the other.
  struct block {
    std::unique_ptr<std::byte[]> memory;
    std::size_t capacity = 0;
    std::size_t used = 0;
  };

  void append_copy(byte_view octets);
  std::shared_ptr<block> next_block(std::size_t capacity);
  std::size_t find(std::uint64_t place) noexcept;

  std::size_t limit_;
  ring_queue<piece> pieces_;
  std::shared_ptr<block> filling_;
  ring_queue<std::shared_ptr<block>> full_; // acknowledged in this order, then used again
  std::size_t cursor_ = 0;                  // the piece that was last copied from
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

} // namespace warren::udx
