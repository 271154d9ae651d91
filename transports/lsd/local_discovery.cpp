#include "transports/lsd/local_discovery.hpp"

#include <algorithm>

namespace warren::lsd {

namespace {

std::string make_cookie(random_source& random) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string cookie = "warren-";
  for (int i = 0; i < 16; ++i)
    cookie += letters[random.below(letters.size())];
  return cookie;
}

/// RFC 4291 2.5.6: fe80::/10.
bool is_ipv6_link_local(const ip_address& address) {
  auto octets = address.octets();
  return octets.size() == 16 && octets[0] == std::byte{0xfe}
         && (octets[1] & std::byte{0xc0}) == std::byte{0x80};
}

bool is_local(const ip_address& address) {
  return (address.is_private() && !is_ipv6_link_local(address)) || address.is_loopback();
}

} // namespace

local_discovery::local_discovery(const config& settings, random_source& random)
    : config_{settings}, cookie_{make_cookie(random)} {
}

void local_discovery::join(time_point now, const info_hash& topic) {
  if (due_.contains(topic))
    return;
  if (due_.size() >= config_.max_topics) {
    ++counters_.too_many_topics;
    return;
  }
  due_.emplace(topic, now + config_.gather);
}

void local_discovery::leave(const info_hash& topic) {
  due_.erase(topic);
}

void local_discovery::handle_packet(time_point now, const endpoint& from, byte_view datagram) {
  auto heard = bt_search::decode(datagram);
  if (!heard) {
    ++counters_.malformed;
    return;
  }
  if (heard->cookie == cookie_) {
    ++counters_.own;
    return;
  }
  if (from.address.family() != config_.group.address.family() || !is_local(from.address)) {
    ++counters_.foreign_source;
    return;
  }
  if (minute_began_ + std::chrono::minutes{1} <= now) {
    minute_began_ = now;
    found_in_minute_ = 0;
    found_by_source_.clear();
  }
  for (const auto& topic : heard->info_hashes) {
    if (!due_.contains(topic))
      continue;
    auto known = found_by_source_.find(from.address);
    auto of_source = known == found_by_source_.end() ? 0 : known->second;
    if (found_in_minute_ == config_.peers_per_minute || of_source == config_.peers_per_source) {
      ++counters_.too_many_peers;
      return;
    }
    ++found_in_minute_;
    ++found_by_source_[from.address];
    events_.push_back({topic, {from.address, heard->port}});
  }
}

void local_discovery::announce_again(time_point now) {
  for (auto& [topic, due] : due_)
    due = std::min(due, now + config_.gather);
}

void local_discovery::handle_timeout(time_point now) {
  if (now < not_before_)
    return;
  // Those that have waited longest first, so that more topics than fit in one message all have their turn.
  std::vector<std::map<info_hash, time_point>::iterator> waiting;
  for (auto i = due_.begin(); i != due_.end(); ++i)
    if (i->second <= now)
      waiting.push_back(i);
  if (waiting.empty())
    return;
  std::ranges::stable_sort(waiting, {}, [](const auto& i) { return i->second; });
  waiting.resize(std::min(waiting.size(), bt_search::max_info_hashes));
  bt_search::message said{config_.port, {}, cookie_};
  for (const auto& i : waiting) {
    said.info_hashes.push_back(i->first);
    i->second = now + config_.repeat;
  }
  outbox_.push_back(bt_search::encode(said, config_.group));
  not_before_ = now + config_.pause;
}

std::optional<bytes> local_discovery::poll_transmit() {
  if (outbox_.empty())
    return std::nullopt;
  auto next = std::move(outbox_.front());
  outbox_.pop_front();
  return next;
}

std::optional<peer_found> local_discovery::poll_event() {
  if (events_.empty())
    return std::nullopt;
  auto next = events_.front();
  events_.pop_front();
  return next;
}

std::optional<time_point> local_discovery::poll_timeout() const {
  if (due_.empty())
    return std::nullopt;
  auto first = std::ranges::min_element(due_, {}, [](const auto& entry) { return entry.second; });
  return std::max(first->second, not_before_);
}

} // namespace warren::lsd
