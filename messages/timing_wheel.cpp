#include "messages/timing_wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace warren {

namespace {

/// Ticks in the order of time as numbers without sign, whose digits name the slots.
std::uint64_t position_of(timing_wheel::tick t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count()) ^ (std::uint64_t{1} << 63);
}

} // namespace

timing_wheel::timer::~timer() {
  assert(next_ == nullptr || next_ == this); // a head's list is empty
}

timing_wheel::timing_wheel(tick now) : now_{now} {
  for (auto& head : slots_)
    head.next_ = head.previous_ = &head;
  expired_.next_ = expired_.previous_ = &expired_;
}

void timing_wheel::start(timer& which, tick expiry) {
  stop(which);
  which.expiry_ = expiry;
  if (expiry <= now_)
    return link(expired_, which);
  auto position = position_of(expiry);
  auto level = (std::bit_width(position ^ position_of(now_)) - 1) / digit_bits;
  auto digit = position >> level * digit_bits & (slots_per_level - 1);
  occupied_[level] |= std::uint64_t{1} << digit;
  link(slots_[level * slots_per_level + digit], which);
}

void timing_wheel::link(timer& head, timer& which) noexcept {
  head.expiry_ = head.next_ == &head ? which.expiry_ : std::min(head.expiry_, which.expiry_);
  which.next_ = &head;
  which.previous_ = std::exchange(head.previous_, &which);
  which.previous_->next_ = &which;
}

void timing_wheel::stop(timer& which) noexcept {
  if (!which.next_)
    return;
  auto head = which.next_ == which.previous_ ? which.next_ : nullptr; // that of a list with no other timer
  which.next_->previous_ = which.previous_;
  which.previous_->next_ = which.next_;
  which.next_ = which.previous_ = nullptr;
  if (!head || head == &expired_)
    return;
  auto slot = static_cast<std::size_t>(head - slots_.data());
  occupied_[slot / slots_per_level] &= ~(std::uint64_t{1} << slot % slots_per_level);
}

void timing_wheel::advance(tick now) {
  if (now <= now_)
    return;
  auto position = position_of(now);
  auto changed = position ^ position_of(std::exchange(now_, now));
  for (std::size_t level = 0; changed != 0; ++level) {
    auto digit = position & (slots_per_level - 1);
    position >>= digit_bits;
    changed >>= digit_bits;
    // After a higher digit has changed, all slots of this level have begun.
    auto begun = changed != 0 ? ~std::uint64_t{0} : ~std::uint64_t{0} >> (slots_per_level - 1 - digit);
    for (auto slots = occupied_[level] & begun; slots != 0; slots &= slots - 1)
      cascade(slots_[level * slots_per_level + static_cast<std::size_t>(std::countr_zero(slots))]);
  }
}

/// The tick of each timer differs from the current one in a lower digit than that of the slot, or has come.
void timing_wheel::cascade(timer& slot) noexcept {
  while (slot.next_ != &slot)
    start(*slot.next_, slot.next_->expiry_);
}

timing_wheel::timer* timing_wheel::take_expired() noexcept {
  auto first = expired_.next_;
  if (first == &expired_)
    return nullptr;
  stop(*first);
  return first;
}

std::optional<timing_wheel::tick> timing_wheel::next() const noexcept {
  if (expired_.next_ != &expired_)
    return expired_.expiry_;
  auto level = std::ranges::find_if(occupied_, [](std::uint64_t slots) { return slots != 0; });
  if (level == occupied_.end())
    return {};
  auto first = static_cast<std::size_t>(level - occupied_.begin()) * slots_per_level;
  return slots_[first + static_cast<std::size_t>(std::countr_zero(*level))].expiry_;
}

} // namespace warren
