#include "actors/session_directory.hpp"

#include <algorithm>

namespace warren {

void session_directory::add(const session::session_id& id, const peer_id& peer, caf::actor_addr owner) {
  std::lock_guard guard{mutex_};
  sessions_.insert_or_assign(id, entry{peer, std::move(owner)});
}

void session_directory::remove(const session::session_id& id) {
  std::lock_guard guard{mutex_};
  sessions_.erase(id);
}

void session_directory::set_working(const session::session_id& id, bool working) {
  std::lock_guard guard{mutex_};
  if (auto found = sessions_.find(id); found != sessions_.end())
    found->second.working = working;
}

void session_directory::set_ending(const session::session_id& id) {
  std::lock_guard guard{mutex_};
  if (auto found = sessions_.find(id); found != sessions_.end())
    found->second.ending = true;
}

bool session_directory::is_ending(const caf::actor_addr& owner) const {
  std::lock_guard guard{mutex_};
  auto found = std::ranges::find_if(sessions_, [&](const auto& x) { return x.second.owner == owner; });
  return found == sessions_.end() || found->second.ending;
}

caf::actor session_directory::find(const session::session_id& id) const {
  std::lock_guard guard{mutex_};
  auto found = sessions_.find(id);
  return found == sessions_.end() ? caf::actor{} : caf::actor_cast<caf::actor>(found->second.owner);
}

bool session_directory::holds_working(const peer_id& peer) const {
  std::lock_guard guard{mutex_};
  return std::ranges::any_of(sessions_, [&](const auto& x) {
    return x.second.working && !x.second.ending && x.second.peer == peer;
  });
}

} // namespace warren
