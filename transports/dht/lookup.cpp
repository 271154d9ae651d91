#include "transports/dht/lookup.hpp"

#include "transports/dht/address_policy.hpp"
#include "transports/dht/closeness.hpp"
#include "transports/dht/secure_id.hpp"

#include <algorithm>

namespace warren::dht {

void lookup::seed(const endpoint& where) {
  add({{}, where}, 0, false);
}

std::optional<endpoint> lookup::next() {
  if (queries_ >= settings_.max_queries)
    return std::nullopt;
  const auto& all = look();
  const auto& [trusted, doubtful] = all.left;
  auto room_for_doubtful =
      trusted.open ? std::max<std::size_t>(settings_.parallelism / 2, 1) : settings_.parallelism;
  std::optional<std::size_t> chosen;
  if (trusted.next && all.asking[0] < settings_.parallelism)
    chosen = trusted.next;
  else if (doubtful.next && all.asking[1] < room_for_doubtful)
    chosen = doubtful.next;
  if (!chosen)
    return std::nullopt;
  candidates_[*chosen].at = phase::asked;
  ++queries_;
  surveyed_ = false;
  return candidates_[*chosen].node.where;
}

const lookup::survey& lookup::look() const {
  if (surveyed_)
    return survey_;
  auto& all = survey_;
  all.touched.clear();
  all.asking = {};
  std::array<std::size_t, 2> answered{};
  std::size_t silent_doubtful = 0;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const auto& entry = candidates_[i];
    if (entry.at == phase::heard_of)
      continue;
    all.touched.push_back(static_cast<std::uint32_t>(i));
    all.asking[entry.doubtful] += entry.at == phase::asked ? 1 : 0;
    answered[entry.doubtful] += entry.at == phase::answered ? 1 : 0;
    silent_doubtful += entry.doubtful && (entry.at == phase::slow || entry.at == phase::failed) ? 1 : 0;
  }
  // Doubtful ones are given up only where there is another way: in a network without BEP 42 they are all there is.
  auto given_up = silent_doubtful >= settings_.width + 2 * answered[1] && answered[0] >= settings_.width / 2;
  all.left = {look_at(false, all, false), look_at(true, all, given_up)};
  surveyed_ = true;
  return all;
}

lookup::outlook lookup::look_at(bool doubtful, const survey& all, bool given_up) const {
  outlook result;
  std::size_t living = 0;
  auto may_ask = queries_ < settings_.max_queries && !given_up;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const auto& entry = candidates_[i];
    if (entry.doubtful != doubtful || entry.at == phase::failed || (entry.at == phase::slow && given_up))
      continue;
    if (entry.at == phase::heard_of && (!may_ask || blocked(entry, all)))
      continue;
    if (++living > settings_.width)
      break;
    result.open |= entry.at != phase::answered;
    if (entry.at == phase::heard_of && !result.next)
      result.next = i;
  }
  return result;
}

/// True when somebody else stands for this candidate: the same endpoint, id or network is being asked or has answered.
bool lookup::blocked(const candidate& entry, const survey& all) const {
  std::size_t tries = 0;
  for (auto index : all.touched) {
    const auto& other = candidates_[index];
    auto same_network = other.network == entry.network;
    if (same_network && other.node.where == entry.node.where)
      return true;
    same_network = same_network && entry.network != 0;
    auto same_id = other.from_target == entry.from_target && entry.id_known && other.id_known
                   && other.node.id == entry.node.id;
    tries += same_network ? 1 : 0;
    if ((same_network || same_id) && (other.at == phase::asked || other.at == phase::answered))
      return true;
  }
  return tries >= max_tries_per_network;
}

void lookup::on_success(const endpoint& where, const node_id& id, const std::vector<node_info>& closer) {
  auto found = find(where);
  if (found == candidates_.end() || found->at == phase::answered)
    return;
  surveyed_ = false;
  auto depth = found->depth;
  auto network = found->network;
  auto second = network != 0 && std::any_of(candidates_.begin(), candidates_.end(), [&](const candidate& c) {
                  return c.network == network && c.at == phase::answered;
                });
  if (second) { // it was slow, and another one of its network was quicker
    found->at = phase::failed;
    return;
  }
  found->at = phase::answered;
  rename(found, id);
  auto taken = std::min(closer.size(), max_named);
  for (std::size_t i = 0; i < taken; ++i)
    add(closer[i], depth + 1, true);
}

/// Gives a candidate that has answered its true id, and drops what else was said about its endpoint and its id.
void lookup::rename(iterator found, const node_id& id) {
  auto self = *found;
  candidates_.erase(found);
  std::erase_if(candidates_, [&](const candidate& c) {
    return c.at == phase::heard_of && (c.node.where == self.node.where || (c.id_known && c.node.id == id));
  });
  // Two endpoints under one id are one node too many: the first one to answer stays.
  auto taken = std::any_of(candidates_.begin(), candidates_.end(), [&](const candidate& c) {
    return c.id_known && c.node.id == id && c.at == phase::answered;
  });
  if (taken || id == own_id_)
    return;
  self.node.id = id;
  self.id_known = true;
  self.from_target = leading_distance(id, target_);
  insert(self);
}

void lookup::on_slow(const endpoint& where) {
  auto found = find(where);
  if (found == candidates_.end() || found->at != phase::asked)
    return;
  found->at = phase::slow;
  surveyed_ = false;
}

void lookup::on_failure(const endpoint& where) {
  auto found = find(where);
  if (found == candidates_.end() || (found->at != phase::asked && found->at != phase::slow))
    return;
  found->at = phase::failed;
  surveyed_ = false;
}

bool lookup::done() const {
  const auto& [trusted, doubtful] = look().left;
  return !trusted.open && !doubtful.open;
}

std::vector<node_info> lookup::closest() const {
  std::vector<node_info> result;
  std::size_t trusted = 0;
  std::size_t doubtful = 0;
  for (const auto& entry : candidates_) {
    if (entry.at != phase::answered)
      continue;
    auto& count = entry.doubtful ? doubtful : trusted;
    if (trusted == settings_.width)
      break;
    if (++count <= settings_.width)
      result.push_back(entry.node);
  }
  return result;
}

std::size_t lookup::hops() const noexcept {
  std::size_t result = 0;
  std::size_t seen = 0;
  for (const auto& entry : candidates_)
    if (entry.at == phase::answered && seen++ < settings_.width)
      result = std::max(result, std::size_t{entry.depth} + 1);
  return result;
}

std::size_t lookup::in_flight() const {
  const auto& all = look();
  return all.asking[0] + all.asking[1];
}

void lookup::add(const node_info& node, std::size_t depth, bool id_known) {
  if (id_known && node.id == own_id_)
    return;
  candidate newcomer{
      node, leading_distance(node.id, target_), network_of(node.where), static_cast<std::uint32_t>(depth),
      id_known};
  std::size_t names = 0;
  for (const auto& known : candidates_) {
    auto same_id =
        known.from_target == newcomer.from_target && id_known && known.id_known && known.node.id == node.id;
    auto same_place = known.network == newcomer.network && known.node.where == node.where;
    if (same_id && same_place)
      return;
    if (!same_id && !same_place)
      continue;
    // Whoever has answered is known for good, and an endpoint that is being asked will say itself who it is.
    if (known.at == phase::answered || (same_place && (known.at != phase::heard_of || !known.id_known))
        || ++names >= max_names)
      return;
  }
  insert(newcomer);
}

bool lookup::is_doubtful(const candidate& newcomer) const {
  if (!newcomer.id_known)
    return false;
  if (settings_.verify_ids && !is_secure_id(newcomer.node.id, newcomer.node.where.address))
    return true;
  auto close = [this](const candidate& c) {
    return c.id_known && common_prefix(c.node.id, target_) >= settings_.crowded_bits;
  };
  return close(newcomer) && std::count_if(candidates_.begin(), candidates_.end(), [&](const candidate& c) {
                              return !c.doubtful && c.at != phase::failed && close(c);
                            }) >= static_cast<std::ptrdiff_t>(max_in_crowd);
}

std::uint64_t lookup::network_of(const endpoint& where) const {
  return may_share(where.address, settings_.allow_same_ip) ? 0 : network_key(where.address);
}

/// Ids unknown come first, then the closest.
bool lookup::before(const candidate& a, const candidate& b) const {
  if (a.id_known != b.id_known)
    return b.id_known;
  return a.from_target != b.from_target ? a.from_target < b.from_target
                                        : closer(a.node.id, b.node.id, target_);
}

void lookup::insert(candidate newcomer) {
  newcomer.doubtful = is_doubtful(newcomer);
  surveyed_ = false;
  auto at = std::upper_bound(
      candidates_.begin(), candidates_.end(), newcomer,
      [this](const candidate& a, const candidate& b) { return before(a, b); });
  candidates_.insert(at, newcomer);
  if (candidates_.size() > settings_.max_candidates)
    forget_farthest();
}

/// One that was asked is still needed for its answer.
void lookup::forget_farthest() {
  auto doubtful = std::count_if(
      candidates_.begin(), candidates_.end(), [](const candidate& entry) { return entry.doubtful; });
  auto more_doubtful = static_cast<std::size_t>(doubtful) * 2 > candidates_.size();
  for (bool any_kind : {false, true}) {
    auto farthest = std::find_if(candidates_.rbegin(), candidates_.rend(), [&](const candidate& entry) {
      return (entry.at == phase::heard_of || entry.at == phase::failed)
             && (any_kind || entry.doubtful == more_doubtful);
    });
    if (farthest == candidates_.rend())
      continue;
    candidates_.erase(std::next(farthest).base());
    return;
  }
}

lookup::iterator lookup::find(const endpoint& where) {
  return std::find_if(candidates_.begin(), candidates_.end(), [&](const candidate& entry) {
    return entry.at != phase::heard_of && entry.node.where == where;
  });
}

} // namespace warren::dht
