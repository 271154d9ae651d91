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
      capacity_ = std::bit_ceil(octets);
      memory_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    }
    size_ = octets;
  }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  byte_view view() const noexcept { return {memory_.get(), size_}; }
  std::span<std::byte> octets() noexcept { return {memory_.get(), size_}; }

private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

} // namespace warren::session
