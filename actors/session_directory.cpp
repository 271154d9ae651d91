#include "actors/session_directory.hpp"

#include <algorithm>

namespace warren {

void session_directory::add(const session::session_id& id, const peer_id& peer, caf::actor_addr owner) {
  std::lock_guard guard{mutex_};
  forget(id);
  by_peer_.emplace(peer, id);
  by_owner_.insert_or_assign(owner, id);
  sessions_.emplace(id, entry{peer, std::move(owner)});
}

void session_directory::remove(const session::session_id& id) {
  std::lock_guard guard{mutex_};
  forget(id);
}

void session_directory::forget(const session::session_id& id) {
  auto node = sessions_.extract(id);
  if (node.empty())
    return;
  if (auto owned = by_owner_.find(node.mapped().owner); owned != by_owner_.end() && owned->second == id)
    by_owner_.erase(owned);
  auto [first, last] = by_peer_.equal_range(node.mapped().peer);
  by_peer_.erase(std::find_if(first, last, [&](const auto& x) { return x.second == id; }));
}

void session_directory::set_admitted(const session::session_id& id) {
  std::lock_guard guard{mutex_};
  if (auto found = sessions_.find(id); found != sessions_.end())
    found->second.admitted = true;
}

void session_directory::set_ending(const session::session_id& id) {
  std::lock_guard guard{mutex_};
  if (auto found = sessions_.find(id); found != sessions_.end())
    found->second.ending = true;
}

bool session_directory::is_ending(const caf::actor_addr& owner) const {
  std::lock_guard guard{mutex_};
  auto owned = by_owner_.find(owner);
  return owned == by_owner_.end() || sessions_.at(owned->second).ending;
}

caf::actor session_directory::find(const session::session_id& id) const {
  std::lock_guard guard{mutex_};
  auto found = sessions_.find(id);
  return found == sessions_.end() ? caf::actor{} : caf::actor_cast<caf::actor>(found->second.owner);
}

bool session_directory::holds(const peer_id& peer) const {
  std::lock_guard guard{mutex_};
  auto [first, last] = by_peer_.equal_range(peer);
  return std::any_of(first, last, [&](const auto& x) {
    const auto& its = sessions_.at(x.second);
    return its.admitted && !its.ending;
  });
}

} // namespace warren
