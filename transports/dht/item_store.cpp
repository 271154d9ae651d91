#include "transports/dht/item_store.hpp"

#include "transports/dht/address_policy.hpp"

#include <algorithm>

namespace warren::dht {

item_store::outcome item_store::put(
    time_point now, const ip_address& from, const item& what, std::optional<std::int64_t> cas,
    const node_id& own_id) {
  auto source = source_of(from);
  auto target = target_of(what);
  auto held = items_.find(target);
  if (held != items_.end() && held->second.expires <= now) {
    forget(held);
    held = items_.end();
  }
  if (held != items_.end()) {
    auto& known = held->second;
    // BEP 44: "If there is no current value, the cas field SHOULD be ignored."
    if (what.signing && cas && *cas != known.what.signing->seq)
      return outcome::cas_mismatch;
    if (what.signing && what.value != known.what.value) {
      if (what.signing->seq <= known.what.signing->seq)
        return outcome::sequence_too_low;
      known.what = what;
    } else if (what.signing && what.signing->seq < known.what.signing->seq) {
      return outcome::sequence_too_low;
    } else if (what.signing) {
      known.what = what; // the same value, perhaps under a higher number
    }
    known.expires = now + limits_.lifetime;
    return outcome::stored;
  }
  auto here = per_source_.find(source);
  if (limits_.items_per_address != 0 && here != per_source_.end()
      && here->second >= limits_.items_per_address)
    return outcome::full;
  if (items_.size() >= limits_.items && !make_room(target, own_id))
    return outcome::full;
  items_.emplace(target, entry{what, source, now + limits_.lifetime});
  ++per_source_[source];
  return outcome::stored;
}

const item* item_store::get(time_point now, const node_id& target) const {
  auto held = items_.find(target);
  return held != items_.end() && held->second.expires > now ? &held->second.what : nullptr;
}

void item_store::expire(time_point now) {
  for (auto held = items_.begin(); held != items_.end();)
    held = held->second.expires <= now ? forget(held) : std::next(held);
}

bool item_store::make_room(const node_id& target, const node_id& own_id) {
  auto farthest = std::max_element(items_.begin(), items_.end(), [&](const auto& a, const auto& b) {
    return distance_between(a.first, own_id) < distance_between(b.first, own_id);
  });
  if (farthest == items_.end()
      || distance_between(farthest->first, own_id) <= distance_between(target, own_id))
    return false;
  forget(farthest);
  return true;
}

item_store::table::iterator item_store::forget(table::iterator gone) {
  auto here = per_source_.find(gone->second.source);
  if (--here->second == 0)
    per_source_.erase(here);
  return items_.erase(gone);
}

} // namespace warren::dht
