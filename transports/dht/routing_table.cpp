#include "transports/dht/routing_table.hpp"

#include "transports/dht/address_policy.hpp"
#include "transports/dht/secure_id.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace warren::dht {

namespace {

auto at_endpoint(const endpoint& where) {
  return [&where](const contact& held) { return held.info.where == where; };
}

/// Returns the first eight octets of the distance between `a` and `b`, enough to tell nearly all apart.
std::uint64_t leading_distance(const node_id& a, const node_id& b) noexcept {
  std::uint64_t x = 0;
  std::uint64_t y = 0;
  std::memcpy(&x, a.octets.data(), sizeof(x));
  std::memcpy(&y, b.octets.data(), sizeof(y));
  auto differing = x ^ y;
  return std::endian::native == std::endian::big ? differing : __builtin_bswap64(differing);
}

/// Returns whether `a` is closer to `target` than `b`.
bool closer(const node_id& a, const node_id& b, const node_id& target) noexcept {
  auto from_a = leading_distance(a, target);
  auto from_b = leading_distance(b, target);
  return from_a != from_b ? from_a < from_b : distance_between(a, target) < distance_between(b, target);
}

bool less_recent(const contact& a, const contact& b) {
  return a.last_heard < b.last_heard;
}

} // namespace

bool routing_table::heard_response(time_point now, const node_info& node) {
  if (!admissible(node))
    return false;
  auto& home = buckets_[index_of(node.id)];
  auto same = std::find_if(
      home.nodes.begin(), home.nodes.end(), [&](const contact& c) { return c.info.id == node.id; });
  if (same != home.nodes.end()) {
    // Another endpoint may not take over an id unless its holder is gone.
    if (same->info.where != node.where && same->state(now) != node_state::bad)
      return false;
    if (same->info.where == node.where) {
      same->last_heard = now;
      same->failures = 0;
      home.changed = now;
      return true;
    }
    home.nodes.erase(same);
  }
  auto waiting = std::find_if(
      home.replacements.begin(), home.replacements.end(), [&](const contact& c) { return c.info == node; });
  auto stays = waiting != home.replacements.end() && home.full() && !can_split(index_of(node.id))
               && !replaceable(now, home, *waiting);
  if (stays) {
    waiting->last_heard = now;
    waiting->failures = 0;
    std::rotate(waiting, waiting + 1, home.replacements.end()); // the latest heard stands last
    return false;
  }
  erase(node.where); // under the id that it had before
  return place(now, {node, now, 0, is_secure_id(node.id, node.where.address)});
}

void routing_table::heard_query(time_point now, const node_info& node) {
  for (auto& held : buckets_[index_of(node.id)].nodes)
    if (held.info == node)
      held.last_heard = now;
}

void routing_table::failed(time_point now, const endpoint& where) {
  for (auto& part : buckets_) {
    std::erase_if(part.replacements, at_endpoint(where));
    auto held = std::find_if(part.nodes.begin(), part.nodes.end(), at_endpoint(where));
    if (held == part.nodes.end())
      continue;
    ++held->failures;
    promote(now, part);
  }
}

bool routing_table::wants(time_point now, const node_info& node) const {
  if (!admissible(node))
    return false;
  auto index = index_of(node.id);
  const auto& home = buckets_[index];
  for (const auto& held : home.nodes)
    if (held.info.id == node.id || held.info.where == node.where)
      return held.info != node && held.state(now) == node_state::bad;
  if (network_taken(home.nodes, node.where.address))
    return false;
  return !home.full() || can_split(index)
         || std::any_of(home.nodes.begin(), home.nodes.end(), [now](const contact& c) {
              return c.state(now) == node_state::bad;
            });
}

// With p the bits that `target` shares with the own id: what is in bucket p shares more bits with the target than anything
// else; all that is in later buckets shares exactly p; what is in earlier ones shares as many as the number of the bucket.
// So groups of buckets are taken in this order until there are enough, and only within a group is anything compared.
std::vector<node_info> routing_table::closest(
    time_point now, const node_id& target, std::size_t count) const {
  std::vector<node_info> result;
  result.reserve(count);
  auto home = index_of(target);
  append_closest(now, target, count, {buckets_.data() + home, 1}, result);
  append_closest(now, target, count, std::span{buckets_}.subspan(home + 1), result);
  while (home-- > 0)
    append_closest(now, target, count, {buckets_.data() + home, 1}, result);
  return result;
}

void routing_table::append_closest(
    time_point now, const node_id& target, std::size_t count, std::span<const bucket> group,
    std::vector<node_info>& out) const {
  auto start = out.size();
  for (const auto& part : group)
    for (const auto& held : part.nodes) {
      if (held.state(now) == node_state::bad)
        continue;
      auto at = out.size();
      auto closer_than = [&](const node_info& other) { return closer(held.info.id, other.id, target); };
      if (at >= count && (count == start || !closer_than(out.back())))
        continue;
      if (at >= count)
        out.pop_back();
      at = out.size();
      while (at > start && closer_than(out[at - 1]))
        --at;
      out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), held.info);
    }
}

std::optional<node_id> routing_table::refresh_target(time_point now, random_source& random) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    auto& part = buckets_[i];
    auto touched = part.refreshed ? std::max(part.changed, *part.refreshed) : part.changed;
    auto needless = part.refreshed || part.full(); // a bucket without room has no use for a first look
    if (needless && now - touched < refresh_after)
      continue;
    part.refreshed = now;
    auto target = make_random_id(random);
    for (std::size_t bit = 0; bit <= i && bit < node_id::bits; ++bit) {
      auto mask = static_cast<std::byte>(0x80 >> bit % 8);
      auto own = own_id_.octets[bit / 8] & mask;
      auto last_bucket = i + 1 == buckets_.size();
      if (bit == i && last_bucket)
        break; // it holds all that share i bits or more
      auto wanted = bit == i ? own ^ mask : own;
      target.octets[bit / 8] = (target.octets[bit / 8] & ~mask) | wanted;
    }
    return target;
  }
  return std::nullopt;
}

std::optional<node_info> routing_table::most_questionable(time_point now) const {
  const contact* oldest = nullptr;
  for (const auto& part : buckets_)
    for (const auto& held : part.nodes)
      if (held.state(now) == node_state::questionable && (!oldest || less_recent(held, *oldest)))
        oldest = &held;
  return oldest ? std::optional{oldest->info} : std::nullopt;
}

void routing_table::change_id(time_point now, const node_id& own_id) {
  std::vector<contact> all;
  for (const auto& part : buckets_) {
    all.insert(all.end(), part.nodes.begin(), part.nodes.end());
    all.insert(all.end(), part.replacements.begin(), part.replacements.end());
  }
  own_id_ = own_id;
  buckets_.assign(1, {});
  for (const auto& held : all)
    if (admissible(held.info))
      place(now, held);
}

std::vector<node_info> routing_table::nodes(time_point now) const {
  std::vector<node_info> result;
  for (auto wanted : {node_state::good, node_state::questionable, node_state::bad})
    for (const auto& part : buckets_)
      for (const auto& held : part.nodes)
        if (held.state(now) == wanted)
          result.push_back(held.info);
  return result;
}

std::size_t routing_table::count(time_point now, node_state worst) const {
  std::size_t result = 0;
  for (const auto& part : buckets_)
    result += static_cast<std::size_t>(std::count_if(
        part.nodes.begin(), part.nodes.end(), [&](const contact& held) { return held.state(now) <= worst; }));
  return result;
}

std::size_t routing_table::index_of(const node_id& id) const noexcept {
  return std::min(common_prefix(own_id_, id), buckets_.size() - 1);
}

bool routing_table::admissible(const node_info& node) const {
  return node.id != own_id_ && is_usable(node.where, settings_.family)
         && (settings_.enforcement != id_enforcement::require || is_secure_id(node.id, node.where.address));
}

bool routing_table::network_taken(const std::vector<contact>& among, const ip_address& address) const {
  if (settings_.allow_same_ip || address.is_loopback())
    return false;
  auto network = network_of(address);
  return std::any_of(among.begin(), among.end(), [&](const contact& held) {
    return network_of(held.info.where.address) == network;
  });
}

bool routing_table::place(time_point now, const contact& newcomer) {
  auto index = index_of(newcomer.info.id);
  while (buckets_[index].full() && can_split(index)) {
    split();
    index = index_of(newcomer.info.id);
  }
  auto& home = buckets_[index];
  if (network_taken(home.nodes, newcomer.info.where.address))
    return false;
  home.changed = now;
  if (!home.full()) {
    home.nodes.push_back(newcomer);
    return true;
  }
  if (auto victim = replaceable(now, home, newcomer)) {
    auto gone = *victim;
    *victim = newcomer;
    if (gone.state(now) != node_state::bad)
      keep_as_replacement(home, gone);
    return true;
  }
  keep_as_replacement(home, newcomer);
  return false;
}

bool routing_table::can_split(std::size_t index) const noexcept {
  return index + 1 == buckets_.size() && buckets_.size() < node_id::bits;
}

void routing_table::split() {
  auto old = std::move(buckets_.back());
  auto last = buckets_.size(); // the index of the new bucket
  buckets_.back() = {{}, {}, old.changed, old.refreshed};
  buckets_.push_back({{}, {}, old.changed, std::nullopt});
  for (auto& held : old.nodes)
    buckets_[common_prefix(own_id_, held.info.id) >= last ? last : last - 1].nodes.push_back(held);
  for (auto& held : old.replacements) {
    auto& home = buckets_[common_prefix(own_id_, held.info.id) >= last ? last : last - 1];
    if (!home.full() && !network_taken(home.nodes, held.info.where.address))
      home.nodes.push_back(held);
    else
      keep_as_replacement(home, held);
  }
}

contact* routing_table::replaceable(time_point now, bucket& full, const contact& newcomer) const {
  for (auto& held : full.nodes)
    if (held.state(now) == node_state::bad)
      return &held;
  if (settings_.enforcement == id_enforcement::off || !newcomer.verified)
    return nullptr;
  for (auto& held : full.nodes)
    if (!held.verified)
      return &held;
  return nullptr;
}

void routing_table::keep_as_replacement(bucket& full, const contact& newcomer) {
  std::erase_if(full.replacements, [&](const contact& held) {
    return held.info.id == newcomer.info.id || held.info.where == newcomer.info.where;
  });
  if (network_taken(full.replacements, newcomer.info.where.address))
    return;
  if (full.replacements.size() >= k)
    full.replacements.erase(full.replacements.begin());
  full.replacements.push_back(newcomer);
}

void routing_table::promote(time_point now, bucket& where) {
  for (auto& held : where.nodes) {
    if (held.state(now) != node_state::bad)
      continue;
    // The latest heard is the likeliest to be alive.
    auto others = where.nodes;
    std::erase_if(others, at_endpoint(held.info.where));
    for (auto next = where.replacements.end(); next != where.replacements.begin();) {
      --next;
      if (network_taken(others, next->info.where.address))
        continue;
      held = *next;
      where.replacements.erase(next);
      where.changed = now;
      break;
    }
  }
}

void routing_table::erase(const endpoint& where) {
  for (auto& part : buckets_) {
    std::erase_if(part.nodes, at_endpoint(where));
    std::erase_if(part.replacements, at_endpoint(where));
  }
}

} // namespace warren::dht
