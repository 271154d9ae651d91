#include "transports/relay/roster.hpp"

namespace warren::relay {

roster::join_outcome roster::join(const topic& where) {
  auto blinded = blind(where);
  if (topics_.contains(blinded))
    return join_outcome::already;
  if (topics_.size() >= topic_limit_)
    return join_outcome::full;
  auto turn = ++last_turn_;
  topics_.emplace(blinded, entry{where, turn});
  waiting_.emplace(turn, blinded);
  return join_outcome::joined;
}

std::optional<blinded_topic> roster::next_to_ask(std::size_t limit) {
  if (waiting_.empty() || topics_.size() - waiting_.size() >= limit)
    return std::nullopt;
  return waiting_.extract(waiting_.begin()).mapped();
}

bool roster::asked(const topic& where) const {
  auto found = topics_.find(blind(where));
  return found != topics_.end() && !waiting_.contains(found->second.turn);
}

roster::changes roster::leave(const topic& where) {
  changes told;
  auto found = topics_.find(blind(where));
  if (found == topics_.end())
    return told;
  auto members = found->second.members;
  for (const auto& peer : members)
    remove(found->second, peer, told);
  waiting_.erase(found->second.turn);
  topics_.erase(found);
  return told;
}

void roster::add(entry& there, const peer_id& peer, changes& out) {
  if (there.members.contains(peer))
    return;
  if (memberships_ >= peer_limit_) {
    ++over_limit_;
    return;
  }
  there.members.insert(peer);
  ++memberships_;
  ++stays_[peer];
  out.push_back({there.where, peer, true});
}

void roster::remove(entry& there, const peer_id& peer, changes& out) {
  if (there.members.erase(peer) == 0)
    return;
  --memberships_;
  auto stay = stays_.find(peer);
  if (--stay->second == 0)
    stays_.erase(stay);
  out.push_back({there.where, peer, false});
}

std::optional<roster::changes> roster::members(const blinded_topic& where, std::span<const peer_id> peers) {
  auto found = topics_.find(where);
  if (found == topics_.end())
    return std::nullopt;
  changes told;
  for (const auto& peer : peers)
    add(found->second, peer, told);
  return told;
}

std::optional<roster::changes> roster::presence(
    const blinded_topic& where, const peer_id& peer, bool joined) {
  auto found = topics_.find(where);
  if (found == topics_.end())
    return std::nullopt;
  changes told;
  if (joined)
    add(found->second, peer, told);
  else
    remove(found->second, peer, told);
  return told;
}

roster::changes roster::gone(const peer_id& peer) {
  changes told;
  for (auto& [blinded, there] : topics_)
    remove(there, peer, told);
  return told;
}

roster::changes roster::lost() {
  changes told;
  for (auto& [blinded, there] : topics_)
    for (const auto& peer : there.members)
      told.push_back({there.where, peer, false});
  for (auto& [blinded, there] : topics_) {
    there.members.clear();
    waiting_.emplace(there.turn, blinded);
  }
  stays_.clear();
  memberships_ = 0;
  return told;
}

} // namespace warren::relay
