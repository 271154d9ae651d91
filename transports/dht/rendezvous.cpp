#include "transports/dht/rendezvous.hpp"

#include "transports/dht/address_policy.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

/// Returns the bucket of `who`; null when there is no room for another one.
template <class Key>
token_bucket* bucket_of(
    time_point now, std::map<Key, token_bucket>& buckets, const Key& who, const rendezvous_limits& limits,
    double burst) {
  auto found = buckets.find(who);
  if (found != buckets.end())
    return &found->second;
  if (buckets.size() >= limits.remembered)
    std::erase_if(buckets, [&](auto& entry) { return entry.second.full(now); });
  if (buckets.size() >= limits.remembered)
    return nullptr;
  return &buckets.emplace(who, token_bucket{limits.per_second, burst, now}).first->second;
}

} // namespace

bool forwarding_limiter::admit(time_point now, const ip_address& source, const peer_id& target) {
  auto by_source = bucket_of(now, sources_, source_of(source), limits_, limits_.burst_of_source);
  if (!by_source || !by_source->take(now, 1))
    return false;
  auto by_target = bucket_of(now, targets_, target, limits_, limits_.burst_towards_target);
  return by_target && by_target->take(now, 1);
}

void rendezvous_book::add(
    time_point now, const info_hash& topic, const peer_id& peer, const endpoint& node, byte_view token) {
  name key{topic, peer};
  if (!known_.contains(key) && known_.size() >= max_peers)
    known_.erase(std::min_element(known_.begin(), known_.end(), [](const auto& a, const auto& b) {
      return a.second.back().expires < b.second.back().expires;
    }));
  auto& here = known_[key];
  std::erase_if(here, [&](const point& old) { return old.node == node; });
  if (here.size() >= max_points)
    here.erase(here.begin());
  here.push_back({node, to_bytes(token), now + token_rotation});
}

std::vector<rendezvous_book::point> rendezvous_book::points(
    time_point now, const info_hash& topic, const peer_id& peer) const {
  std::vector<point> result;
  if (auto found = known_.find({topic, peer}); found != known_.end())
    std::copy_if(
        found->second.rbegin(), found->second.rend(), std::back_inserter(result),
        [now](const point& held) { return held.expires > now; });
  return result;
}

} // namespace warren::dht
