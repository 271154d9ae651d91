#include "transports/swarm/path_finder.hpp"

#include "transports/swarm/backoff.hpp"

#include <utility>

namespace warren::swarm {

void path_finder::found(time_point now, const candidate& where) {
  if (entries_.size() >= policy_.max_candidates && !entries_.contains(where))
    return;
  entries_.try_emplace(where, entry{.retry_at = now, .upgrade_at = now});
}

void path_finder::gone(const candidate& where) {
  entries_.erase(where);
}

void path_finder::on_path(time_point now, const candidate& where) {
  found(now, where);
  if (auto e = entries_.find(where); e != entries_.end())
    e->second.trying = false;
  auto was_wanted = std::exchange(wanted_, false);
  if (current_ == where)
    return; // it was silent for a while only
  if (!was_wanted && current_ && way_of(*current_) < way_of(where))
    demote(now); // a standby took over
  current_ = where;
  current_since_ = now;
}

void path_finder::want(time_point now) {
  if (wanted_)
    return;
  wanted_ = true;
  for (auto& [where, e] : entries_) {
    e.retries = 0;
    e.retry_at = now;
  }
  demote(now);
}

void path_finder::network_changed(time_point now) {
  for (auto& [where, e] : entries_)
    e = entry{.retry_at = now, .upgrade_at = now};
}

void path_finder::demote(time_point now) {
  auto e = current_ ? entries_.find(*current_) : entries_.end();
  if (e == entries_.end())
    return;
  if (now - current_since_ >= policy_.stable_after)
    e->second.failures = 0;
  e->second.upgrade_at =
      now + doubled(policy_.first_upgrade_retry, e->second.failures++, policy_.longest_upgrade_retry);
}

std::optional<time_point> path_finder::due(const candidate& where, const entry& e) const {
  if (e.trying)
    return std::nullopt;
  if (wanted_)
    return e.retry_at;
  if (!current_ || way_of(where) >= way_of(*current_))
    return std::nullopt;
  return e.upgrade_at;
}

std::optional<candidate> path_finder::poll(time_point now) {
  for (auto& [where, e] : entries_)
    if (auto at = due(where, e); at && *at <= now) {
      e.trying = true;
      return where;
    }
  return std::nullopt;
}

void path_finder::failed(time_point now, const candidate& where, random_source& random) {
  auto found = entries_.find(where);
  if (found == entries_.end())
    return;
  auto& e = found->second;
  e.trying = false;
  e.retry_at = now + backoff_delay(random, e.retries++, policy_.first_retry, policy_.longest_retry);
  e.upgrade_at =
      now + backoff_delay(random, e.failures++, policy_.first_upgrade_retry, policy_.longest_upgrade_retry);
}

std::optional<time_point> path_finder::poll_timeout() const {
  std::optional<time_point> next;
  for (const auto& [where, e] : entries_)
    if (auto at = due(where, e); at && (!next || *at < *next))
      next = at;
  return next;
}

} // namespace warren::swarm
