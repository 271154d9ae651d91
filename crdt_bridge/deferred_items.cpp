#include "crdt_bridge/deferred_items.hpp"

#include <cmath>

namespace warren::crdt {

bool deferred_items::add(double state, const item& waiting) {
  if (ids_.size() >= most_ || waiting.payload.size() > most_octets_ - octets_)
    return false;
  if (ids_.insert(waiting.key.id).second) {
    by_state_.emplace(state, waiting);
    octets_ += waiting.payload.size();
  }
  return true;
}

std::optional<wall_time> deferred_items::next_due() const {
  if (by_state_.empty())
    return std::nullopt;
  return wall_time{static_cast<std::int64_t>(std::ceil(by_state_.begin()->first))};
}

std::vector<item> deferred_items::take_due(double now) {
  std::vector<item> due;
  while (!by_state_.empty() && by_state_.begin()->first <= now) {
    due.push_back(std::move(by_state_.begin()->second));
    ids_.erase(due.back().key.id);
    octets_ -= due.back().payload.size();
    by_state_.erase(by_state_.begin());
  }
  return due;
}

} // namespace warren::crdt
