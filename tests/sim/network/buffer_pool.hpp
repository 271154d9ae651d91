#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <bit>
#include <memory>
#include <vector>

namespace warren::sim {

/// Memory for datagrams under way. Sizes are powers of two from 128 octets; blocks are cut from large slabs and go back to
/// the list of their size, so that after the busiest moment of a run nothing is allocated any more.
class buffer_pool {
public:
  /// Returns a copy of `data`; give it back with release().
  std::span<std::byte> copy(byte_view data) {
    auto& list = free_[class_of(data.size())];
    if (list.empty())
      grow(class_of(data.size()));
    auto block = list.back();
    list.pop_back();
    std::copy(data.begin(), data.end(), block);
    return {block, data.size()};
  }

  void release(std::span<std::byte> block) { free_[class_of(block.size())].push_back(block.data()); }

  /// Octets taken from the system.
  std::size_t reserved() const noexcept { return reserved_; }

private:
  static constexpr std::size_t smallest = 128;
  static constexpr std::size_t slab_size = 256 * 1024;
  static constexpr std::size_t classes = 10; // 128 octets to 64 KiB

  static std::size_t class_of(std::size_t size) noexcept {
    return static_cast<std::size_t>(std::bit_width((std::max(size, smallest) - 1) / smallest));
  }

  void grow(std::size_t which) {
    slabs_.push_back(std::make_unique_for_overwrite<std::byte[]>(slab_size));
    reserved_ += slab_size;
    auto block = smallest << which;
    for (std::size_t at = 0; at + block <= slab_size; at += block)
      free_[which].push_back(slabs_.back().get() + at);
  }

  std::array<std::vector<std::byte*>, classes> free_;
  std::vector<std::unique_ptr<std::byte[]>> slabs_;
  std::size_t reserved_ = 0;
};

} // namespace warren::sim
