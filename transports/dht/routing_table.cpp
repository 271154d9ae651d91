#include "transports/dht/routing_table.hpp"

#include "transports/dht/address_policy.hpp"
#include "transports/dht/closeness.hpp"
#include "transports/dht/secure_id.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

auto at_endpoint(const endpoint& where) {
  return [&where](const contact& held) { return held.info.where == where; };
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
    auto place_lost =
        same->state(now) == node_state::bad
        && (network_taken(now, home.nodes, node.where.address) || network_full(now, node.where.address));
    if (same->info.where == node.where && !place_lost) {
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
  auto its_own_place = false;
  for (const auto& held : home.nodes)
    if (held.info.id == node.id || held.info.where == node.where) {
      if (held.state(now) != node_state::bad)
        return false;
      its_own_place = true;
    }
  if (its_own_place)
    return true;
  auto room = !home.full() || can_split(index)
              || std::any_of(home.nodes.begin(), home.nodes.end(), [now](const contact& c) {
                   return c.state(now) == node_state::bad;
                 });
  return room && !network_taken(now, home.nodes, node.where.address)
         && !network_full(now, node.where.address);
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
  if (start >= count)
    return;
  for (const auto& part : group)
    for (const auto& held : part.nodes) {
      auto closer_than = [&](const node_info& other) { return closer(held.info.id, other.id, target); };
      auto full = out.size() >= count;
      if ((full && !closer_than(out.back())) || held.state(now) == node_state::bad)
        continue;
      if (full)
        out.pop_back();
      auto at = out.size();
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

bool routing_table::network_taken(
    time_point now, const std::vector<contact>& among, const ip_address& address) const {
  if (may_share(address, settings_.allow_same_ip))
    return false;
  auto network = network_key(address);
  return std::any_of(among.begin(), among.end(), [&](const contact& held) {
    return network_key(held.info.where.address) == network && held.state(now) != node_state::bad;
  });
}

bool routing_table::network_full(time_point now, const ip_address& address) const {
  if (buckets_.size() <= max_per_network || may_share(address, settings_.allow_same_ip))
    return false; // one per bucket cannot be more
  auto among = std::count_if(buckets_.begin(), buckets_.end(), [&](const bucket& part) {
    return network_taken(now, part.nodes, address);
  });
  return static_cast<std::size_t>(among) >= max_per_network;
}

bool routing_table::place(time_point now, const contact& newcomer) {
  auto index = index_of(newcomer.info.id);
  while (buckets_[index].full() && can_split(index)) {
    split(now);
    index = index_of(newcomer.info.id);
  }
  auto& home = buckets_[index];
  const auto& address = newcomer.info.where.address;
  if (network_taken(now, home.nodes, address) || network_full(now, address))
    return false;
  if (!may_share(address, settings_.allow_same_ip)) // those of its network are bad
    std::erase_if(home.nodes, [network = network_key(address)](const contact& held) {
      return network_key(held.info.where.address) == network;
    });
  home.changed = now;
  if (!home.full()) {
    home.nodes.push_back(newcomer);
    return true;
  }
  if (auto victim = replaceable(now, home, newcomer)) {
    auto gone = *victim;
    *victim = newcomer;
    if (gone.state(now) != node_state::bad)
      keep_as_replacement(now, home, gone);
    return true;
  }
  keep_as_replacement(now, home, newcomer);
  return false;
}

bool routing_table::can_split(std::size_t index) const noexcept {
  return index + 1 == buckets_.size() && buckets_.size() < node_id::bits;
}

void routing_table::split(time_point now) {
  auto old = std::move(buckets_.back());
  auto last = buckets_.size(); // the index of the new bucket
  buckets_.back() = {{}, {}, old.changed, old.refreshed};
  buckets_.push_back({{}, {}, old.changed, std::nullopt});
  for (auto& held : old.nodes)
    buckets_[common_prefix(own_id_, held.info.id) >= last ? last : last - 1].nodes.push_back(held);
  for (auto& held : old.replacements) {
    auto& home = buckets_[common_prefix(own_id_, held.info.id) >= last ? last : last - 1];
    const auto& address = held.info.where.address;
    if (!home.full() && !network_taken(now, home.nodes, address) && !network_full(now, address))
      home.nodes.push_back(held);
    else
      keep_as_replacement(now, home, held);
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

void routing_table::keep_as_replacement(time_point now, bucket& full, const contact& newcomer) {
  std::erase_if(full.replacements, [&](const contact& held) {
    return held.info.id == newcomer.info.id || held.info.where == newcomer.info.where;
  });
  if (network_taken(now, full.replacements, newcomer.info.where.address))
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
    for (auto next = where.replacements.end(); next != where.replacements.begin();) {
      --next;
      const auto& address = next->info.where.address;
      if (network_taken(now, where.nodes, address) || network_full(now, address))
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
