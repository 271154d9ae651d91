#include "transports/udx/send_store.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace warren::udx {

namespace {

// What is not worth an owner of its own: to keep it costs more than to copy it.
constexpr std::size_t worth_sharing = 2048;

// A connection that is idle but for signs of life needs no more than the smallest block.
constexpr std::size_t smallest_block = 1024;
constexpr std::size_t largest_block = 64 * 1024;

} // namespace

std::size_t send_store::append(byte_view octets, const std::shared_ptr<const void>& owner) {
  auto taken = octets.first(std::min(octets.size(), room()));
  if (taken.empty())
    return 0;
  if (owner && taken.size() >= worth_sharing) {
    pieces_.push_back({end_, taken, owner});
    end_ += taken.size();
  } else {
    append_copy(taken);
  }
  return taken.size();
}

void send_store::append_copy(byte_view octets) {
  while (!octets.empty()) {
    if (!filling_ || filling_->used == filling_->capacity) {
      // Larger ones for a stream that goes on writing: a piece is then as long.
      auto wanted = filling_ ? std::min(2 * filling_->capacity, largest_block) : smallest_block;
      filling_ = next_block(std::max(wanted, std::min(octets.size(), largest_block)));
    }
    auto& to = *filling_;
    auto part = octets.first(std::min(octets.size(), to.capacity - to.used));
    auto* place = to.memory.get() + to.used;
    std::memcpy(place, part.data(), part.size());
    to.used += part.size();
    octets = octets.subspan(part.size());
    auto continues = !pieces_.empty() && pieces_.back().owner == filling_
                     && pieces_.back().octets.data() + pieces_.back().octets.size() == place;
    if (continues)
      pieces_.back().octets = {pieces_.back().octets.data(), pieces_.back().octets.size() + part.size()};
    else
      pieces_.push_back({end_, {place, part.size()}, filling_});
    end_ += part.size();
  }
}

/// Returns an empty block: the one filled first, if all of it is acknowledged.
std::shared_ptr<send_store::block> send_store::next_block(std::size_t capacity) {
  if (filling_)
    full_.push_back(std::exchange(filling_, nullptr));
  if (!full_.empty() && full_.front().use_count() == 1) {
    auto again = std::exchange(full_.front(), nullptr);
    full_.pop_front();
    again->used = 0;
    if (again->capacity >= capacity)
      return again;
  }
  auto fresh = std::make_shared<block>();
  fresh->memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
  fresh->capacity = capacity;
  return fresh;
}

void send_store::copy(std::uint64_t place, std::span<std::byte> out) noexcept {
  for (auto i = find(place); !out.empty(); ++i) {
    const auto& from = pieces_[i];
    auto rest = from.octets.subspan(static_cast<std::size_t>(place - from.begin));
    auto part = rest.first(std::min(rest.size(), out.size()));
    std::memcpy(out.data(), part.data(), part.size());
    out = out.subspan(part.size());
    place += part.size();
    cursor_ = i;
  }
}

/// Returns the piece that holds the octet at `place`.
std::size_t send_store::find(std::uint64_t place) noexcept {
  auto holds = [&](std::size_t i) {
    return i < pieces_.size() && place - pieces_[i].begin < pieces_[i].octets.size();
  };
  if (holds(cursor_))
    return cursor_;
  if (holds(cursor_ + 1))
    return cursor_ + 1;
  std::size_t low = 0;
  auto high = pieces_.size(); // the piece lies in [low, high)
  while (high - low > 1) {
    auto middle = low + (high - low) / 2;
    (pieces_[middle].begin <= place ? low : high) = middle;
  }
  return low;
}

void send_store::drop(std::size_t n) noexcept {
  begin_ += n;
  while (!pieces_.empty() && pieces_.front().begin + pieces_.front().octets.size() <= begin_) {
    pieces_.pop_front();
    cursor_ -= cursor_ > 0 ? 1 : 0;
  }
  // A stream that has nothing to send stays in the same few cache lines.
  if (pieces_.empty() && filling_ && filling_.use_count() == 1)
    filling_->used = 0;
}

void send_store::release_spare() noexcept {
  if (pieces_.empty())
    release();
}

void send_store::release() noexcept {
  pieces_.release();
  filling_.reset();
  full_.release();
  cursor_ = 0;
  begin_ = end_;
}

} // namespace warren::udx
