#include "transports/dht/lookup.hpp"

#include "transports/dht/address_policy.hpp"

#include <algorithm>

namespace warren::dht {

void lookup::seed(const endpoint& where) {
  add({{}, where}, 0, false);
}

std::optional<endpoint> lookup::next() {
  if (done() || in_flight() >= settings_.parallelism || queries_ >= settings_.max_queries)
    return std::nullopt;
  std::size_t living = 0;
  for (auto& entry : candidates_) {
    if (entry.at == phase::failed)
      continue;
    if (++living > settings_.width)
      break;
    if (entry.at != phase::heard_of)
      continue;
    entry.at = phase::asked;
    ++queries_;
    return entry.node.where;
  }
  return std::nullopt;
}

void lookup::on_success(const endpoint& where, const node_id& id, const std::vector<node_info>& closer) {
  auto found = find(where);
  if (found == candidates_.end() || found->at == phase::answered)
    return;
  auto depth = found->depth;
  found->at = phase::answered;
  if (!found->id_known || found->node.id != id) {
    auto renamed = *found;
    candidates_.erase(found);
    renamed.node.id = id;
    renamed.id_known = true;
    renamed.from_target = distance_between(id, target_);
    // Two endpoints under one id are one node too many: the first one known stays.
    auto taken = std::any_of(candidates_.begin(), candidates_.end(), [&](const candidate& c) {
      return c.id_known && c.node.id == id;
    });
    if (!taken && id != own_id_)
      insert(renamed);
  }
  for (const auto& node : closer)
    add(node, depth + 1, true);
}

void lookup::on_slow(const endpoint& where) {
  auto found = find(where);
  if (found != candidates_.end() && found->at == phase::asked)
    found->at = phase::slow;
}

void lookup::on_failure(const endpoint& where) {
  auto found = find(where);
  if (found != candidates_.end() && (found->at == phase::asked || found->at == phase::slow))
    found->at = phase::failed;
}

bool lookup::done() const noexcept {
  std::size_t answered = 0;
  for (const auto& entry : candidates_) {
    if (entry.at == phase::failed)
      continue;
    if (entry.at == phase::asked || entry.at == phase::slow
        || (entry.at == phase::heard_of && queries_ < settings_.max_queries))
      return false;
    if (entry.at == phase::answered && ++answered == settings_.width)
      return true;
  }
  return true;
}

std::vector<node_info> lookup::closest() const {
  std::vector<node_info> result;
  for (const auto& entry : candidates_)
    if (entry.at == phase::answered && result.size() < settings_.width)
      result.push_back(entry.node);
  return result;
}

std::size_t lookup::hops() const noexcept {
  std::size_t result = 0;
  std::size_t answered = 0;
  for (const auto& entry : candidates_)
    if (entry.at == phase::answered && answered++ < settings_.width)
      result = std::max(result, entry.depth + 1);
  return result;
}

std::size_t lookup::in_flight() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(candidates_.begin(), candidates_.end(), [](const candidate& entry) {
        return entry.at == phase::asked;
      }));
}

void lookup::add(const node_info& node, std::size_t depth, bool id_known) {
  if (id_known && node.id == own_id_)
    return;
  auto many_per_network = settings_.allow_same_ip || node.where.address.is_loopback();
  for (const auto& known : candidates_) {
    if (known.node.where == node.where || (id_known && known.id_known && known.node.id == node.id))
      return;
    if (!many_per_network && known.at != phase::failed
        && network_of(known.node.where.address) == network_of(node.where.address))
      return;
  }
  insert({node, distance_between(node.id, target_), id_known, phase::heard_of, depth});
}

void lookup::insert(const candidate& newcomer) {
  auto at = std::upper_bound(
      candidates_.begin(), candidates_.end(), newcomer, [](const candidate& a, const candidate& b) {
        if (a.id_known != b.id_known)
          return b.id_known;
        return a.from_target < b.from_target;
      });
  candidates_.insert(at, newcomer);
  if (candidates_.size() <= settings_.max_candidates)
    return;
  // Forget the farthest one that nothing is known of yet; one that was asked is still needed for its answer.
  auto farthest = std::find_if(candidates_.rbegin(), candidates_.rend(), [](const candidate& entry) {
    return entry.at == phase::heard_of || entry.at == phase::failed;
  });
  if (farthest != candidates_.rend())
    candidates_.erase(std::next(farthest).base());
}

std::vector<lookup::candidate>::iterator lookup::find(const endpoint& where) {
  return std::find_if(candidates_.begin(), candidates_.end(), [&](const candidate& entry) {
    return entry.node.where == where;
  });
}

} // namespace warren::dht
