#include "transports/dht/record_store.hpp"

#include "transports/dht/address_policy.hpp"
#include "transports/dht/pick.hpp"

#include <algorithm>

namespace warren::dht {

bool record_store::put(
    time_point now, const info_hash& topic, const peer_record& what, byte_view raw, const endpoint& where,
    const endpoint& via) {
  entry fresh{what.peer, where, via, what.time, to_bytes(raw), now + limits_.lifetime};
  if (auto found = topics_.find(topic); found != topics_.end()) {
    auto& here = found->second;
    auto same = std::find_if(here.begin(), here.end(), [&](const entry& e) { return e.peer == what.peer; });
    if (same != here.end()) {
      auto newer = what.time > same->time || same->expires <= now;
      if (!newer && (what.time < same->time || same->via != via))
        return false;
      *same = std::move(fresh);
      return true;
    }
    if (here.size() >= limits_.records_per_topic)
      return false;
  }
  if (total_ >= limits_.records || held_by(via.address) >= limits_.records_per_address)
    return false;
  topics_[topic].push_back(std::move(fresh));
  ++total_;
  return true;
}

std::size_t record_store::held_by(const ip_address& address) const {
  auto source = source_of(address);
  std::size_t result = 0;
  for (const auto& [topic, here] : topics_)
    result += static_cast<std::size_t>(std::count_if(
        here.begin(), here.end(), [&](const entry& held) { return source_of(held.via.address) == source; }));
  return result;
}

std::vector<const record_store::entry*> record_store::get(
    time_point now, const info_hash& topic, std::size_t most, random_source& random) const {
  std::vector<const entry*> result;
  auto found = topics_.find(topic);
  if (found == topics_.end())
    return result;
  for (const auto& held : found->second)
    if (held.expires > now)
      result.push_back(&held);
  pick(result, most, random);
  return result;
}

const record_store::entry* record_store::find(
    time_point now, const info_hash& topic, const peer_id& peer) const {
  auto found = topics_.find(topic);
  if (found == topics_.end())
    return nullptr;
  for (const auto& held : found->second)
    if (held.peer == peer && held.expires > now)
      return &held;
  return nullptr;
}

void record_store::expire(time_point now) {
  for (auto topic = topics_.begin(); topic != topics_.end();) {
    total_ -= std::erase_if(topic->second, [now](const entry& held) { return held.expires <= now; });
    topic = topic->second.empty() ? topics_.erase(topic) : std::next(topic);
  }
}

} // namespace warren::dht
