#include "transports/dht/warm_set.hpp"

#include <algorithm>
#include <set>

namespace warren::dht {

void warm_set::add(time_point now, lookup_id announce, const std::vector<endpoint>& nodes) {
  if (interval_ == duration::zero() || nodes.empty())
    return;
  entries_[announce] = {nodes, now + interval_, now + lifetime_};
  if (entries_.size() > max_entries)
    entries_.erase(entries_.begin());
}

std::vector<endpoint> warm_set::due(time_point now) {
  std::erase_if(entries_, [now](const auto& held) { return held.second.until <= now; });
  std::set<endpoint> result;
  for (auto& [announce, held] : entries_) {
    if (held.next > now)
      continue;
    held.next = now + interval_;
    result.insert(held.nodes.begin(), held.nodes.end());
  }
  return {result.begin(), result.end()};
}

std::optional<time_point> warm_set::poll_timeout() const {
  std::optional<time_point> result;
  for (const auto& [announce, held] : entries_)
    if (!result || held.next < *result)
      result = held.next;
  return result;
}

} // namespace warren::dht
