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
  if (!is_new) {
    if (e.peer)
      note_address(now, *e.peer, target);
    return;
  }
  e.next_dial = guest ? now + policy_.relay_delay : now;
  if (guest)
    e.peer = guest->peer;
  // Whoever dialled us from there before we heard of the address is its owner.
  for (const auto& [id, live] : sessions_)
    if (live.session.remote == target)
      e.peer = live.session.peer;
  if (e.peer)
    note_address(now, *e.peer, target);
  make_room(now);
}

/// Tells the connections to `peer` where it can be reached, too.
void peer_book::note_address(time_point now, const peer_id& peer, const candidate& where) {
  for (auto& [id, live] : sessions_)
    if (live.session.peer == peer)
      live.paths.found(now, where);
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
  if (!found->second.topics.empty())
    return;
  for (auto& [id, live] : sessions_)
    live.paths.gone(target);
  if (!found->second.dialling)
    entries_.erase(found);
}

void peer_book::left(const topic& on) {
  for (auto& [target, e] : entries_)
    e.topics.erase(on);
  std::erase_if(entries_, [](const auto& x) { return x.second.topics.empty() && !x.second.dialling; });
}

bool peer_book::is_connected(const peer_id& peer) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& x) {
    return x.second.admitted && x.second.session.peer == peer;
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
  // The addresses of a connected peer are for its path_finder.
  return !e.peer || !is_connected(*e.peer);
}

dial_order peer_book::start_dial(const candidate& target, std::uint64_t connection) {
  dials_.emplace(++last_dial_, dial_under_way{target, connection});
  return {last_dial_, target, connection};
}

std::optional<dial_order> peer_book::poll_dial(time_point now) {
  if (dials_.size() >= policy_.max_dials)
    return std::nullopt;
  for (auto& [id, live] : sessions_)
    if (live.admitted)
      if (auto where = live.paths.poll(now))
        return start_dial(*where, id);
  if (admitted_count() + dials_.size() >= policy_.max_peers)
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
  return start_dial(next->first, 0);
}

std::optional<time_point> peer_book::poll_timeout() const {
  std::optional<time_point> due;
  if (dials_.size() >= policy_.max_dials)
    return due; // something must end first, and then poll_dial is called anyway
  for (const auto& [id, live] : sessions_)
    if (auto at = live.admitted ? live.paths.poll_timeout() : std::nullopt; at && (!due || *at < *due))
      due = at;
  if (admitted_count() + dials_.size() >= policy_.max_peers)
    return due;
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
    case outcome::no_such_session:
    case outcome::lost:
      e.next_dial =
          now + backoff_delay(random_, e.failures++, policy_.first_backoff, policy_.longest_backoff);
  }
  if (e.topics.empty())
    entries_.erase(found);
}

void peer_book::dial_failed(time_point now, std::uint64_t dial, outcome why) {
  auto found = dials_.extract(dial);
  if (found.empty())
    return;
  if (found.mapped().connection != 0)
    path_failed(now, found.mapped(), why);
  else
    settle(now, found.mapped().target, why);
}

void peer_book::path_failed(time_point now, const dial_under_way& dial, outcome why) {
  auto& live = sessions_.at(dial.connection);
  live.paths.failed(now, dial.target, random_);
  if (why != outcome::no_such_session)
    return;
  // Somebody else is there, or the peer has lost the connection: a new one will tell.
  live.paths.gone(dial.target);
  if (auto e = entries_.find(dial.target); e != entries_.end()) {
    e->second.peer.reset();
    e->second.dialling = false;
    e->second.next_dial = now;
  }
}

verdict peer_book::judge(time_point now, const live_session& fresh, const live_session& old) const {
  if (fresh.session.instance != old.session.instance)
    return verdict::admit; // the peer restarted; the old connection is a ghost
  // Also when the old one has no path now: it holds what is not acknowledged yet, and now knows a way that works. If the peer
  // has lost it, the first attempt to resume tells.
  auto peer_dialled = fresh.session.dial == 0;
  if (peer_dialled && !fresh.session.peer_holds_one && old.since + policy_.crossing_window <= now)
    return verdict::admit; // the peer has lost its side of it
  return verdict::refuse;
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
    fresh.target = dial.mapped().target;
  auto where = fresh.target.value_or(session.remote);
  if (auto e = entries_.find(where); e != entries_.end())
    e->second.peer = session.peer;
  note_address(now, session.peer, where);
  for (const auto& [target, e] : entries_)
    if (e.peer == session.peer)
      fresh.paths.found(now, target);
  decision result;
  if (session.arbiter) {
    result.replaced = connections_to(session.peer);
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
    if (result.verdict == verdict::admit)
      become_admitted(now, fresh);
  }
  sessions_.insert_or_assign(session.connection, std::move(fresh));
  return result;
}

void peer_book::become_admitted(time_point now, live_session& fresh) {
  fresh.admitted = true;
  fresh.since = now;
  fresh.paths.on_path(now, fresh.target.value_or(fresh.session.remote));
}

decision peer_book::admitted(time_point now, std::uint64_t connection) {
  auto found = sessions_.find(connection);
  if (found == sessions_.end())
    return {verdict::refuse, {}, false, false};
  auto replaced = connections_to(found->second.session.peer);
  if (replaced.empty() && admitted_count() >= policy_.max_peers)
    return {verdict::refuse, {}, true, false};
  if (is_conflict(found->second, replaced))
    return {verdict::refuse, {}, false, true};
  give_way(found->second, replaced);
  become_admitted(now, found->second);
  return {verdict::admit, std::move(replaced)};
}

void peer_book::want_path(time_point now, std::uint64_t connection) {
  if (auto found = sessions_.find(connection); found != sessions_.end())
    found->second.paths.want(now);
}

void peer_book::network_changed(time_point now) {
  std::erase_if(dials_, [](const auto& x) { return x.second.connection != 0; });
  for (auto& [id, live] : sessions_)
    live.paths.network_changed(now);
  for (auto& [target, e] : entries_)
    if (e.failures > 0 && e.next_dial <= now + policy_.longest_backoff) // further off: a ban
      e.next_dial = std::min(e.next_dial, now);
}

void peer_book::moved(time_point now, std::uint64_t connection, std::uint64_t dial, const candidate& remote) {
  dials_.erase(dial);
  auto found = sessions_.find(connection);
  if (found == sessions_.end())
    return;
  found->second.session.remote = remote;
  found->second.paths.on_path(now, remote);
  if (auto e = entries_.find(remote); e != entries_.end())
    e->second.peer = found->second.session.peer;
}

void peer_book::ending(std::uint64_t connection) {
  if (auto found = sessions_.find(connection); found != sessions_.end())
    found->second.admitted = false;
}

void peer_book::closed(time_point now, std::uint64_t connection, outcome why) {
  std::erase_if(dials_, [&](const auto& x) { return x.second.connection == connection; });
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

std::vector<std::uint64_t> peer_book::connections_to(const peer_id& peer) const {
  std::vector<std::uint64_t> result;
  for (const auto& [id, live] : sessions_)
    if (live.admitted && live.session.peer == peer)
      result.push_back(id);
  return result;
}

std::vector<candidate> peer_book::candidates_on(const topic& on) const {
  std::vector<candidate> result;
  for (const auto& [target, e] : entries_)
    if (e.topics.contains(on) && !e.is_self && (!e.peer || !is_connected(*e.peer)))
      result.push_back(target);
  return result;
}

} // namespace warren::swarm
