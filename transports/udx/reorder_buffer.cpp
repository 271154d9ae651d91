#include "transports/udx/reorder_buffer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace warren::udx {

namespace {

constexpr std::size_t smallest_ring = 64;

// Holds any packet of an ordinary path; a small one gets no more than it needs, so that a peer that sends many of them takes
// no more memory than its window.
constexpr std::size_t ordinary_chunk = 2048;
constexpr std::size_t small_packet = 512;

// Kept for the next burst of reordering; more goes back to the heap.
constexpr std::size_t pooled_octets = 512 * 1024;

} // namespace

bool reorder_buffer::holds(sequence_number seq) const noexcept {
  auto after = std::upper_bound(
      blocks_.begin(), blocks_.end(), seq,
      [](sequence_number value, const sack_block& block) { return value < block.start; });
  return after != blocks_.begin() && seq < std::prev(after)->end;
}

void reorder_buffer::store(sequence_number seq, byte_view payload, bool end) {
  grow(seq);
  auto& kept = ring_[seq.value & mask_];
  kept.octets = take_chunk(payload.size());
  kept.length = static_cast<std::uint16_t>(payload.size());
  kept.end = end;
  std::copy(payload.begin(), payload.end(), kept.octets.memory.get());
  octets_ += payload.size();
  note(seq);
}

reorder_buffer::slot reorder_buffer::front(sequence_number seq) const noexcept {
  const auto& kept = ring_[seq.value & mask_];
  return {byte_view{kept.octets.memory.get(), kept.length}, kept.end};
}

void reorder_buffer::pop_front(sequence_number seq) noexcept {
  auto& kept = ring_[seq.value & mask_];
  octets_ -= kept.length;
  keep(std::exchange(kept.octets, {}));
  auto& lowest = blocks_.front();
  lowest.start = lowest.start + 1;
  if (lowest.start == lowest.end)
    blocks_.erase(blocks_.begin());
}

void reorder_buffer::release() noexcept {
  ring_ = std::vector<entry>{};
  pool_ = std::vector<chunk>{};
  blocks_ = {};
  octets_ = 0;
}

// Adds `seq` to the blocks: at the end of one, at the start of one, joining two, or alone.
void reorder_buffer::note(sequence_number seq) {
  auto after = std::upper_bound(
      blocks_.begin(), blocks_.end(), seq,
      [](sequence_number value, const sack_block& block) { return value < block.start; });
  auto joins_next = after != blocks_.end() && after->start == seq + 1;
  if (after != blocks_.begin() && std::prev(after)->end == seq) {
    auto before = std::prev(after);
    before->end = joins_next ? after->end : seq + 1;
    if (joins_next)
      blocks_.erase(after);
  } else if (joins_next) {
    after->start = seq;
  } else {
    blocks_.insert(after, {seq, seq + 1});
  }
}

// All packets kept, and `seq`, lie within max_packets_ of each other, so a ring of that size holds them.
void reorder_buffer::grow(sequence_number seq) {
  auto low = blocks_.empty() || seq < blocks_.front().start ? seq : blocks_.front().start;
  auto high = blocks_.empty() || seq >= blocks_.back().end ? seq + 1 : blocks_.back().end;
  auto needed = static_cast<std::size_t>(high - low);
  if (needed <= ring_.size())
    return;
  std::vector<entry> larger(std::max(smallest_ring, std::bit_ceil(needed)));
  auto mask = static_cast<std::uint32_t>(larger.size() - 1);
  for (const auto& block : blocks_)
    for (auto at = block.start; at != block.end; at = at + 1)
      larger[at.value & mask] = std::move(ring_[at.value & mask_]);
  ring_ = std::move(larger);
  mask_ = mask;
}

reorder_buffer::chunk reorder_buffer::take_chunk(std::size_t octets) {
  if (octets <= small_packet)
    return {std::make_unique_for_overwrite<std::byte[]>(octets), octets};
  if (!pool_.empty() && pool_.back().capacity < octets)
    pool_.clear(); // the packets of this path are larger
  if (!pool_.empty()) {
    auto result = std::move(pool_.back());
    pool_.pop_back();
    return result;
  }
  auto capacity = std::max(ordinary_chunk, std::bit_ceil(octets));
  return {std::make_unique_for_overwrite<std::byte[]>(capacity), capacity};
}

void reorder_buffer::keep(chunk used) noexcept {
  if (used.capacity <= small_packet)
    return;
  auto fits = pool_.empty() || pool_.back().capacity == used.capacity;
  if (fits && (pool_.size() + 1) * used.capacity <= pooled_octets)
    pool_.push_back(std::move(used));
}

} // namespace warren::udx
