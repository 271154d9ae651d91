#pragma once

#include "messages/bytes.hpp"

#include <bit>
#include <memory>

namespace warren::session {

/// Octets of one record, written over as a whole: unlike `bytes` it is not zeroed first, which costs as much as a copy.
class record_buffer {
public:
  /// Makes room for `octets` octets of any content; what was there is lost.
  void resize(std::size_t octets) {
    if (octets > capacity_) {
      // The largest record is one octet longer than a power of two.
      capacity_ = octets < page ? std::bit_ceil(octets) : (octets + page - 1) / page * page;
      memory_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    }
    size_ = octets;
  }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  byte_view view() const noexcept { return {memory_.get(), size_}; }
  std::span<std::byte> octets() noexcept { return {memory_.get(), size_}; }

private:
  static constexpr std::size_t page = 4096;

  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

} // namespace warren::session
