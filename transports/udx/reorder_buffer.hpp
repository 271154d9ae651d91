#pragma once

#include "messages/udx_packet.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace warren::udx {

/// Packets that have arrived ahead of a missing one. Sequence numbers count packets, so the place of their
/// octets in the stream is unknown until the hole is filled; they are kept in pooled chunks of one datagram
/// each.
class reorder_buffer {
public:
  /// Keeps packets up to `max_packets` ahead.
  explicit reorder_buffer(std::size_t max_packets) noexcept : max_packets_{max_packets} {}

  /// From now on packets further ahead are kept; never fewer than before.
  void raise_limit(std::size_t max_packets) noexcept { max_packets_ = std::max(max_packets_, max_packets); }

  struct slot {
    byte_view payload;
    bool end = false;
  };

  bool empty() const noexcept { return blocks_.empty(); }

  /// Returns the octets kept.
  std::size_t octets() const noexcept { return octets_; }

  /// Returns how far ahead of the next expected packet a packet can be kept.
  std::size_t max_packets() const noexcept { return max_packets_; }

  bool holds(sequence_number seq) const noexcept;

  /// Returns the highest sequence number kept; there must be one.
  sequence_number highest() const noexcept { return {blocks_.back().end.value - 1}; }

  /// Keeps a packet that is not held yet, with 0 < seq - next < max_packets().
  void store(sequence_number seq, byte_view payload, bool end);

  /// Returns the lowest packet; its sequence number must be held and the lowest.
  slot front(sequence_number seq) const noexcept;

  /// Drops the lowest packet.
  void pop_front(sequence_number seq) noexcept;

  /// Returns what is kept as ascending blocks with holes between them: the content of a SACK.
  std::span<const sack_block> blocks() const noexcept { return blocks_; }

  /// Drops everything and gives the memory back.
  void release() noexcept;

private:
  struct chunk {
    std::unique_ptr<std::byte[]> memory;
    std::size_t capacity = 0;
  };
  struct entry {
    chunk octets;
    std::uint16_t length = 0;
    bool end = false;
  };

  void note(sequence_number seq);
  void grow(sequence_number seq);
  chunk take_chunk(std::size_t octets);
  void keep(chunk used) noexcept;

  std::size_t max_packets_;
  std::vector<entry> ring_; // by sequence number; its size is a power of two
  std::uint32_t mask_ = 0;
  std::vector<chunk> pool_; // all of one capacity
  std::vector<sack_block> blocks_;
  std::size_t octets_ = 0;
};

} // namespace warren::udx
