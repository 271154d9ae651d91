#include "transports/dht/warm_set.hpp"

#include <algorithm>
#include <set>

namespace warren::dht {

void warm_set::add(
    time_point now, lookup_id announce, const info_hash& topic, const std::vector<endpoint>& nodes) {
  if (nodes.empty())
    return;
  std::erase_if(entries_, [now](const auto& held) { return held.second.until <= now; });
  entries_[announce] = {topic, nodes, now + interval_, now + lifetime_};
  if (entries_.size() > max_entries)
    entries_.erase(entries_.begin());
}

void warm_set::forget(const info_hash& topic) {
  std::erase_if(entries_, [&](const auto& held) { return held.second.topic == topic; });
}

bool warm_set::stores(time_point now, const info_hash& topic, const endpoint& node) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& held) {
    const auto& nodes = held.second.nodes;
    return held.second.topic == topic && held.second.until > now
           && std::find(nodes.begin(), nodes.end(), node) != nodes.end();
  });
}

std::vector<endpoint> warm_set::due(time_point now) {
  if (interval_ == duration::zero())
    return {};
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
  if (interval_ == duration::zero())
    return result;
  for (const auto& [announce, held] : entries_)
    if (!result || held.next < *result)
      result = held.next;
  return result;
}

} // namespace warren::dht
