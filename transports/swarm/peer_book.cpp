#include "transports/swarm/peer_book.hpp"

#include "transports/swarm/backoff.hpp"

#include <algorithm>

namespace warren::swarm {

namespace {

constexpr std::size_t max_superseded = 1024;
constexpr std::size_t max_superseded_per_peer = 4;

} // namespace

peer_book::peer_book(const peer_id& self, const dial_policy& policy, random_source& random)
    : self_{self}, policy_{policy}, random_{random} {
  // nop
}

void peer_book::found(time_point now, const topic& on, const candidate& target) {
  auto guest = std::get_if<relayed_peer>(&target);
  if (guest && guest->peer == self_)
    return;
  auto [position, is_new] = entries_.try_emplace(target);
  auto& e = position->second;
  e.topics.insert(on);
  e.last_seen = now;
  if (!is_new)
    return;
  e.next_dial = guest ? now + policy_.relay_delay : now;
  if (guest)
    e.peer = guest->peer;
  // Whoever dialled us from there before we heard of the address is its owner.
  for (const auto& [id, live] : sessions_)
    if (live.session.remote == target)
      e.peer = live.session.peer;
  make_room(now);
}

void peer_book::make_room(time_point now) {
  std::erase_if(entries_, [&](const auto& x) {
    return !x.second.dialling && x.second.last_seen + policy_.candidate_lifetime <= now;
  });
  while (entries_.size() > policy_.max_candidates) {
    auto oldest = std::min_element(entries_.begin(), entries_.end(), [](const auto& x, const auto& y) {
      return std::pair{x.second.dialling, x.second.last_seen}
             < std::pair{y.second.dialling, y.second.last_seen};
    });
    if (oldest->second.dialling)
      return; // bounded by max_dials
    entries_.erase(oldest);
  }
}

void peer_book::gone(const topic& on, const candidate& target) {
  auto found = entries_.find(target);
  if (found == entries_.end())
    return;
  found->second.topics.erase(on);
  if (found->second.topics.empty() && !found->second.dialling)
    entries_.erase(found);
}

void peer_book::left(const topic& on) {
  for (auto& [target, e] : entries_)
    e.topics.erase(on);
  std::erase_if(entries_, [](const auto& x) { return x.second.topics.empty() && !x.second.dialling; });
}

bool peer_book::is_connected(const peer_id& peer, way at_worst) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& x) {
    return x.second.admitted && x.second.session.peer == peer && x.second.session.way <= at_worst;
  });
}

std::size_t peer_book::admitted_count() const {
  return static_cast<std::size_t>(
      std::count_if(sessions_.begin(), sessions_.end(), [](const auto& x) { return x.second.admitted; }));
}

bool peer_book::may_dial(const candidate& target, const entry& e) const {
  if (e.dialling || e.is_self || e.topics.empty())
    return false;
  // Both guests of a relay see each other; only the lower key dials, so that circuits do not cross.
  auto guest = std::get_if<relayed_peer>(&target);
  if (guest && guest->peer < self_)
    return false;
  // A peer that is connected is dialled again only on a better way, which then takes over.
  return !e.peer || !is_connected(*e.peer, way_of(target));
}

std::optional<dial_order> peer_book::poll_dial(time_point now) {
  if (dials_.size() >= policy_.max_dials || admitted_count() + dials_.size() >= policy_.max_peers)
    return std::nullopt;
  // The one that has waited longest, so that many dead addresses cannot starve a living one.
  auto next = entries_.end();
  for (auto i = entries_.begin(); i != entries_.end(); ++i)
    if (i->second.next_dial <= now && may_dial(i->first, i->second)
        && (next == entries_.end() || i->second.next_dial < next->second.next_dial))
      next = i;
  if (next == entries_.end())
    return std::nullopt;
  next->second.dialling = true;
  dials_.emplace(++last_dial_, next->first);
  return dial_order{last_dial_, next->first};
}

std::optional<time_point> peer_book::poll_timeout() const {
  std::optional<time_point> due;
  if (dials_.size() >= policy_.max_dials || admitted_count() + dials_.size() >= policy_.max_peers)
    return due; // something must end first, and then poll_dial is called anyway
  for (const auto& [target, e] : entries_)
    if (may_dial(target, e) && (!due || e.next_dial < *due))
      due = e.next_dial;
  return due;
}

void peer_book::settle(time_point now, const candidate& target, outcome why) {
  auto found = entries_.find(target);
  if (found == entries_.end())
    return;
  auto& e = found->second;
  e.dialling = false;
  switch (why) {
    case outcome::was_self:
      e.is_self = true;
      break;
    case outcome::refused_for_good:
      e.next_dial = now + policy_.ban;
      break;
    case outcome::refused_duplicate:
    case outcome::lost:
      e.next_dial =
          now + backoff_delay(random_, e.failures++, policy_.first_backoff, policy_.longest_backoff);
  }
  if (e.topics.empty())
    entries_.erase(found);
}

void peer_book::dial_failed(time_point now, std::uint64_t dial, outcome why) {
  auto found = dials_.extract(dial);
  if (!found.empty())
    settle(now, found.mapped(), why);
}

verdict peer_book::judge(time_point now, const live_session& fresh, const live_session& old) const {
  if (fresh.session.instance != old.session.instance)
    return verdict::admit; // the peer restarted; the old connection is a ghost
  if (fresh.session.way < old.session.way)
    return verdict::admit;
  auto peer_dialled = fresh.session.dial == 0;
  if (peer_dialled && fresh.session.way == old.session.way && old.since + policy_.crossing_window <= now)
    return verdict::admit; // a peer that still had the connection would not have dialled
  return verdict::refuse;
}

std::vector<std::uint64_t> peer_book::others_of(const peer_id& peer, std::uint64_t connection) const {
  std::vector<std::uint64_t> result;
  for (const auto& [id, live] : sessions_)
    if (id != connection && live.admitted && live.session.peer == peer)
      result.push_back(id);
  return result;
}

bool peer_book::is_conflict(const live_session& fresh, const std::vector<std::uint64_t>& others) const {
  auto superseded = std::find(
      superseded_.begin(), superseded_.end(), std::pair{fresh.session.peer, fresh.session.instance});
  return superseded != superseded_.end() && std::any_of(others.begin(), others.end(), [&](auto id) {
           return sessions_.at(id).session.instance != fresh.session.instance;
         });
}

void peer_book::give_way(const live_session& fresh, const std::vector<std::uint64_t>& replaced) {
  for (auto id : replaced) {
    auto& old = sessions_.at(id);
    old.admitted = false; // it may take a while to end, but holds no place any more
    if (old.session.instance != fresh.session.instance)
      note_superseded({old.session.peer, old.session.instance});
  }
}

void peer_book::note_superseded(const std::pair<peer_id, std::uint64_t>& process) {
  std::erase(superseded_, process);
  superseded_.push_back(process);
  auto same_peer = [&](const auto& other) { return other.first == process.first; };
  // So that one peer that restarts for ever pushes out nobody else.
  if (static_cast<std::size_t>(std::ranges::count_if(superseded_, same_peer)) > max_superseded_per_peer)
    superseded_.erase(std::ranges::find_if(superseded_, same_peer));
  if (superseded_.size() > max_superseded)
    superseded_.pop_front();
}

decision peer_book::established(time_point now, const established_session& session) {
  live_session fresh{session, std::nullopt, now, false};
  // A dialled candidate stays marked as such until its session ends: nobody dials it a second time meanwhile.
  if (auto dial = dials_.extract(session.dial); !dial.empty())
    fresh.target = dial.mapped();
  if (auto e = entries_.find(fresh.target.value_or(session.remote)); e != entries_.end())
    e->second.peer = session.peer;
  decision result;
  if (session.arbiter) {
    result.replaced = others_of(session.peer, session.connection);
    result.verdict = verdict::admit;
    for (auto id : result.replaced)
      if (judge(now, fresh, sessions_.at(id)) == verdict::refuse)
        result.verdict = verdict::refuse;
    result.identity_conflict = is_conflict(fresh, result.replaced);
    if (result.identity_conflict)
      result.verdict = verdict::refuse;
    if (result.replaced.empty() && admitted_count() >= policy_.max_peers) {
      result.verdict = verdict::refuse;
      result.at_limit = true;
    }
    if (result.verdict == verdict::refuse)
      result.replaced.clear();
    give_way(fresh, result.replaced);
    fresh.admitted = result.verdict == verdict::admit;
  }
  sessions_.insert_or_assign(session.connection, std::move(fresh));
  return result;
}

decision peer_book::admitted(time_point now, std::uint64_t connection) {
  auto found = sessions_.find(connection);
  if (found == sessions_.end())
    return {verdict::refuse, {}, false, false};
  auto replaced = others_of(found->second.session.peer, connection);
  if (replaced.empty() && admitted_count() >= policy_.max_peers)
    return {verdict::refuse, {}, true, false};
  if (is_conflict(found->second, replaced))
    return {verdict::refuse, {}, false, true};
  give_way(found->second, replaced);
  found->second.admitted = true;
  found->second.since = now;
  return {verdict::admit, std::move(replaced)};
}

void peer_book::closed(time_point now, std::uint64_t connection, outcome why) {
  auto found = sessions_.extract(connection);
  if (found.empty() || !found.mapped().target)
    return;
  auto& live = found.mapped();
  if (auto e = entries_.find(*live.target);
      e != entries_.end() && live.admitted && live.since + policy_.stable_after <= now)
    e->second.failures = 0;
  settle(now, *live.target, why);
}

std::vector<std::uint64_t> peer_book::connections() const {
  std::vector<std::uint64_t> result;
  for (const auto& [id, live] : sessions_)
    if (live.admitted)
      result.push_back(id);
  return result;
}

std::vector<candidate> peer_book::candidates_on(const topic& on) const {
  std::vector<candidate> result;
  for (const auto& [target, e] : entries_)
    if (e.topics.contains(on) && !e.is_self && (!e.peer || !is_connected(*e.peer, way::relay)))
      result.push_back(target);
  return result;
}

} // namespace warren::swarm
