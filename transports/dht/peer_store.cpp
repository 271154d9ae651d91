#include "transports/dht/peer_store.hpp"

#include "transports/dht/address_policy.hpp"
#include "transports/dht/pick.hpp"

#include <algorithm>
#include <map>
#include <span>

namespace warren::dht {

namespace {

/// So many announcements of a topic are looked at to judge it, which bounds what making room costs.
constexpr std::size_t max_judged = 16;

} // namespace

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
  auto address = source_of(peer.address);
  auto held = sources_.find(address);
  if (limits_.peers_per_address != 0 && held != sources_.end() && held->second >= limits_.peers_per_address)
    return false;
  if (known == topics_.end() && topics_.size() >= limits_.topics)
    evict_topic();
  auto& peers = topics_[topic];
  announcement fresh{peer, expires, &*sources_.try_emplace(address).first};
  ++fresh.from->second;
  ++total_;
  make_room(peers, fresh);
  peers.push_back(fresh);
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
  pick(result, most, random);
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

void peer_store::make_room(swarm& peers, const announcement& newcomer) {
  auto same_source = [&](const announcement& held) { return held.from == newcomer.from; };
  auto own = static_cast<std::size_t>(std::count_if(peers.begin(), peers.end(), same_source));
  auto too_many = own >= limits_.ports_per_topic && !may_share(newcomer.peer.address, allow_same_ip_);
  if (!too_many && peers.size() < limits_.peers_per_topic)
    return;
  std::map<const source*, std::size_t> count;
  for (const auto& held : peers)
    if (!too_many || same_source(held))
      ++count[held.from];
  std::size_t most = 0;
  for (const auto& [from, ports] : count)
    most = std::max(most, ports);
  auto first = peers.end();
  for (auto held = peers.begin(); held != peers.end(); ++held) {
    auto from = count.find(held->from);
    if (from != count.end() && from->second == most
        && (first == peers.end() || held->expires < first->expires))
      first = held;
  }
  forget(*first);
  peers.erase(first);
}

/// Whoever announces a thousand topics drives out his own, and not those of others. A topic is worth as much as the most
/// modest of its announcers, so that nobody makes it worthless by announcing it too.
void peer_store::evict_topic() {
  auto worst = topics_.begin();
  std::size_t most = 0;
  for (auto topic = topics_.begin(); topic != topics_.end(); ++topic) {
    auto held = least_held(topic->second);
    if (held < most || (held == most && topic->second.size() >= worst->second.size()))
      continue;
    worst = topic;
    most = held;
  }
  for (const auto& held : worst->second)
    forget(held);
  topics_.erase(worst);
}

/// Returns how many announcements the most modest announcer of these has in the whole store.
std::size_t peer_store::least_held(const swarm& peers) {
  auto judged = std::span{peers}.first(std::min(peers.size(), max_judged));
  return std::ranges::min(judged, {}, [](const announcement& held) { return held.from->second; })
      .from->second;
}

void peer_store::forget(const announcement& gone) {
  if (--gone.from->second == 0)
    sources_.erase(sources_.find(gone.from->first));
  --total_;
}

} // namespace warren::dht
