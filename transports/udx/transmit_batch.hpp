#pragma once

#include "messages/bytes.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace warren::udx {

/// Datagrams for one destination, laid end to end in a buffer that the caller owns and uses again and again.
/// Streams append to it; nothing is allocated as long as `capacity` was reserved.
class transmit_batch {
public:
  struct datagram {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };

  /// `arena` must outlive the batch. At most `capacity` datagrams go in.
  explicit transmit_batch(std::span<std::byte> arena, std::size_t capacity = 256)
      : arena_{arena}, capacity_{capacity} {
    datagrams_.reserve(capacity);
  }

  std::span<const datagram> datagrams() const noexcept { return datagrams_; }
  byte_view operator[](std::size_t i) const noexcept {
    return arena_.subspan(datagrams_[i].offset, datagrams_[i].size);
  }
  std::size_t size() const noexcept { return datagrams_.size(); }
  bool empty() const noexcept { return datagrams_.empty(); }
  std::size_t octets() const noexcept { return used_; }

  /// Forgets all datagrams; call before filling again.
  void clear() noexcept {
    datagrams_.clear();
    used_ = 0;
  }

  /// Returns true if a datagram of `size` octets still goes in.
  bool has_room(std::size_t size) const noexcept {
    return datagrams_.size() < capacity_ && arena_.size() - used_ >= size;
  }

  /// Returns where to write the next datagram of `size` octets; there must be room. commit() then adds it.
  std::span<std::byte> prepare(std::size_t size) noexcept { return arena_.subspan(used_, size); }
  void commit(std::size_t size) {
    datagrams_.push_back({static_cast<std::uint32_t>(used_), static_cast<std::uint32_t>(size)});
    used_ += size;
  }

  /// Calls `send(octets, segment_size)` for each run of equally large datagrams, of which the last may be
  /// shorter: what UDP segmentation offload takes in one call.
  template <class Send>
  void for_each_run(Send&& send) const {
    std::size_t first = 0;
    while (first < datagrams_.size()) {
      auto segment = datagrams_[first].size;
      auto last = first + 1;
      while (last < datagrams_.size() && datagrams_[last].size <= segment) {
        if (datagrams_[last++].size < segment)
          break;
      }
      auto end = datagrams_[last - 1].offset + datagrams_[last - 1].size;
      send(
          byte_view{arena_.subspan(datagrams_[first].offset, end - datagrams_[first].offset)},
          std::size_t{segment});
      first = last;
    }
  }

private:
  std::span<std::byte> arena_;
  std::size_t capacity_;
  std::vector<datagram> datagrams_;
  std::size_t used_ = 0;
};

} // namespace warren::udx
