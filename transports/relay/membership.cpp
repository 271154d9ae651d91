#include "transports/relay/membership.hpp"

namespace warren::relay {

bool membership::join(const blinded_topic& where, guest_id guest) {
  return topics_[where].insert(guest).second;
}

bool membership::leave(const blinded_topic& where, guest_id guest) {
  auto found = topics_.find(where);
  if (found == topics_.end() || found->second.erase(guest) == 0)
    return false;
  if (found->second.empty())
    topics_.erase(found);
  return true;
}

const std::unordered_set<guest_id>& membership::members(const blinded_topic& where) const {
  static const std::unordered_set<guest_id> nobody;
  auto found = topics_.find(where);
  return found == topics_.end() ? nobody : found->second;
}

} // namespace warren::relay
