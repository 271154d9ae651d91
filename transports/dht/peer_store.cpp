#include "transports/dht/peer_store.hpp"

#include <algorithm>

namespace warren::dht {

bool peer_store::add(time_point now, const info_hash& topic, const endpoint& peer) {
  auto expires = now + limits_.lifetime;
  auto known = topics_.find(topic);
  if (known != topics_.end()) {
    auto same = std::find_if(
        known->second.begin(), known->second.end(), [&](const auto& a) { return a.peer == peer; });
    if (same != known->second.end()) {
      same->expires = expires;
      return true;
    }
  }
  auto held = per_address_.find(peer.address);
  if (limits_.peers_per_address != 0 && held != per_address_.end()
      && held->second >= limits_.peers_per_address)
    return false;
  if (known == topics_.end() && topics_.size() >= limits_.topics)
    evict_smallest_topic();
  auto& peers = topics_[topic];
  if (peers.size() >= limits_.peers_per_topic) {
    auto first = std::min_element(
        peers.begin(), peers.end(), [](const auto& a, const auto& b) { return a.expires < b.expires; });
    forget(*first);
    peers.erase(first);
  }
  peers.push_back({peer, expires});
  ++per_address_[peer.address];
  ++total_;
  return true;
}

std::vector<endpoint> peer_store::get(
    time_point now, const info_hash& topic, std::size_t most, random_source& random) const {
  std::vector<endpoint> result;
  auto found = topics_.find(topic);
  if (found == topics_.end())
    return result;
  for (const auto& held : found->second)
    if (held.expires > now)
      result.push_back(held.peer);
  if (result.size() <= most)
    return result;
  for (std::size_t i = 0; i < most; ++i) // the first steps of a Fisher-Yates shuffle
    std::swap(result[i], result[i + random.below(result.size() - i)]);
  result.resize(most);
  return result;
}

void peer_store::expire(time_point now) {
  for (auto topic = topics_.begin(); topic != topics_.end();) {
    auto& here = topic->second;
    auto gone =
        std::partition(here.begin(), here.end(), [now](const auto& held) { return held.expires > now; });
    std::for_each(gone, here.end(), [this](const auto& held) { forget(held); });
    here.erase(gone, here.end());
    topic = here.empty() ? topics_.erase(topic) : std::next(topic);
  }
}

void peer_store::evict_smallest_topic() {
  auto smallest = std::min_element(topics_.begin(), topics_.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  for (const auto& held : smallest->second)
    forget(held);
  topics_.erase(smallest);
}

void peer_store::forget(const announcement& gone) {
  auto held = per_address_.find(gone.peer.address);
  if (--held->second == 0)
    per_address_.erase(held);
  --total_;
}

} // namespace warren::dht
