#include "transports/relay/deadlines.hpp"

namespace warren::relay {

void deadlines::arm(guest_id guest, std::optional<time_point> at) {
  auto known = armed_.find(guest);
  if (known != armed_.end()) {
    if (at == known->second)
      return;
    order_.erase({known->second, guest});
    armed_.erase(known);
  }
  if (at) {
    order_.emplace(*at, guest);
    armed_.emplace(guest, *at);
  }
}

std::optional<time_point> deadlines::armed(guest_id guest) const {
  auto known = armed_.find(guest);
  return known == armed_.end() ? std::nullopt : std::optional{known->second};
}

std::optional<time_point> deadlines::earliest() const {
  return order_.empty() ? std::nullopt : std::optional{order_.begin()->first};
}

std::optional<guest_id> deadlines::pop_due(time_point now) {
  if (order_.empty() || order_.begin()->first > now)
    return std::nullopt;
  auto guest = order_.begin()->second;
  order_.erase(order_.begin());
  armed_.erase(guest);
  return guest;
}

} // namespace warren::relay
