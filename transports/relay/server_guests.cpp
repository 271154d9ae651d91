// Guests coming and going, their queues, throttles and deadlines.
#include "transports/relay/server.hpp"

#include <algorithm>

namespace warren::relay {

namespace {

// A guest silent for this many heartbeats is dropped (relay_frame.hpp, limits).
constexpr int heartbeats_to_death = 3;

} // namespace

void server::guest_connected(time_point now, guest_id id, const ip_address& from) {
  now_ = now;
  std::optional<refusal> why;
  if (guests_.size() >= config_.guests) {
    ++counters_.over_limit;
    why = refusal::full;
  } else if (auto known = by_address_.find(from);
             known != by_address_.end() && known->second >= config_.guests_per_address) {
    ++counters_.over_address_limit;
    why = refusal::too_many_from_ip;
  }
  if (why) {
    farewells_.push_back({{id, encode(error{*why, {}})}, *why});
    return;
  }
  ++by_address_[from];
  auto& made =
      guests_.emplace(id, guest{id, from, token_bucket{config_.rate, config_.burst, now}, now}).first->second;
  random_.fill(made.random);
  enqueue(made, challenge{protocol_version, made.random, 0});
  events_.push_back(server_event::grant_reads{id, config_.read_ahead});
  arm(made);
}

void server::guest_gone(time_point now, guest_id id) {
  now_ = now;
  if (auto which = find(id)) {
    forget(*which, std::nullopt);
    drop_overflowed();
  }
}

void server::shut_down(time_point now) {
  now_ = now;
  std::vector<guest_id> all;
  for (const auto& [id, which] : guests_)
    all.push_back(id);
  for (auto id : all)
    if (auto which = find(id))
      refuse(*which, refusal::shutting_down, {});
  overflowed_.clear();
}

guest* server::find(guest_id id) {
  auto found = guests_.find(id);
  return found == guests_.end() ? nullptr : &found->second;
}

guest* server::find(const peer_id& peer) {
  auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? nullptr : find(found->second);
}

/// Ends a guest for a reason that it is told. `which` is gone afterwards.
void server::refuse(guest& which, refusal reason, std::string text) {
  text.resize(std::min(text.size(), largest_text));
  farewells_.push_back({{which.id, encode(error{reason, std::move(text)})}, reason});
  forget(which, reason);
}

/// Removes a guest: its queue, its memberships, and its circuits at others. `which` is gone afterwards.
void server::forget(guest& which, std::optional<refusal> reason) {
  auto id = which.id;
  release_queue(which);
  if (which.peer) {
    announce_departure(which);
    by_peer_.erase(*which.peer);
    events_.push_back(server_event::guest_left{id, *which.peer, reason});
  }
  auto address = by_address_.find(which.from);
  if (--address->second == 0)
    by_address_.erase(address);
  deadlines_.arm(id, std::nullopt);
  guests_.erase(id);
}

void server::announce_departure(guest& which) {
  std::unordered_set<guest_id> told;
  for (const auto& where : which.topics) {
    membership_.leave(where, which.id);
    const auto& others = membership_.members(where);
    told.insert(others.begin(), others.end());
  }
  for (auto other : told)
    enqueue_about(guests_.at(other), *which.peer, gone{*which.peer});
}

/// What waited for a lost guest no longer counts for its senders.
void server::release_queue(guest& which) {
  auto waiting = which.out.senders();
  which.out = {};
  for (const auto& [sender, octets] : waiting)
    if (auto from = find(sender)) {
      from->waiting -= octets;
      settle_reads(*from);
    }
}

void server::enqueue(guest& to, const frame& value) {
  to.out.push_control(encode(value));
  queued(to);
}

void server::enqueue_about(guest& to, const peer_id& peer, const frame& value) {
  to.out.push_about(peer, encode(value));
  queued(to);
}

void server::queued(guest& to) {
  if (to.out.control_octets() > config_.control_queue)
    overflowed_.push_back(to.id);
  wake(to);
}

/// Guests whose control queue overflowed, dropped outside of any walk over members.
void server::drop_overflowed() {
  while (!overflowed_.empty()) {
    auto id = overflowed_.back();
    overflowed_.pop_back();
    if (auto which = find(id)) {
      ++counters_.slow_readers;
      refuse(*which, refusal::slow_reader, "control queue full");
    }
  }
}

/// Puts a guest with something to send into the order of service, unless its WebSocket is full.
void server::wake(guest& which) {
  if (which.link_queued >= config_.link_window) {
    if (!which.blocked_since) {
      which.blocked_since = now_;
      arm(which);
    }
  } else if (!std::exchange(which.ready, true)) {
    ready_.push_back(which.id);
  }
}

void server::drained(time_point now, guest_id id, std::size_t queued) {
  now_ = now;
  auto which = find(id);
  if (which == nullptr)
    return;
  if (queued < which->link_queued)
    which->blocked_since.reset();
  which->link_queued = queued;
  if (!which->out.empty())
    wake(*which);
}

std::optional<guest_transmit> server::poll_transmit() {
  if (!farewells_.empty()) {
    auto [last, reason] = std::move(farewells_.front());
    farewells_.pop_front();
    events_.push_back(server_event::close_guest{last.to, reason});
    return count_out(std::move(last));
  }
  while (!ready_.empty()) {
    auto id = ready_.front();
    ready_.pop_front();
    auto which = find(id);
    if (which == nullptr)
      continue;
    which->ready = false;
    if (which->link_queued >= config_.link_window)
      continue;
    auto next = which->out.pop();
    if (!next)
      continue;
    which->link_queued += next->message.size();
    if (!which->out.empty())
      wake(*which);
    if (auto sender = next->sender ? find(*next->sender) : nullptr) {
      sender->waiting -= next->message.size();
      settle_reads(*sender);
    }
    return count_out({id, std::move(next->message)});
  }
  return std::nullopt;
}

guest_transmit server::count_out(guest_transmit sent) {
  ++counters_.frames_out;
  counters_.octets_out += sent.frame.size();
  return sent;
}

std::optional<server_events> server::poll_event() {
  if (events_.empty())
    return std::nullopt;
  auto next = std::move(events_.front());
  events_.pop_front();
  return next;
}

/// Gives a guest the reads it is owed, or holds them back: while it is above its rate, and while too much of it waits.
void server::settle_reads(guest& which) {
  auto held = which.waiting >= config_.sender_queue || which.bucket.ready_at(now_) > now_;
  if (held) {
    if (!std::exchange(which.throttled, true)) {
      ++counters_.throttled;
      arm(which);
    }
    return;
  }
  auto resumed = std::exchange(which.throttled, false);
  if (resumed) {
    // Its silence was ours.
    which.heard = now_;
    which.pinged = false;
    arm(which);
  }
  // Half of the read-ahead at a time: the guest never waits for us, and most messages cost no event.
  if (which.owed_grants > 0 && (resumed || which.owed_grants * 2 >= config_.read_ahead))
    events_.push_back(server_event::grant_reads{which.id, std::exchange(which.owed_grants, 0)});
}

void server::handle_timeout(time_point now) {
  now_ = now;
  while (auto id = deadlines_.pop_due(now))
    if (auto which = find(*id))
      check_deadlines(*which);
  drop_overflowed();
}

std::optional<time_point> server::poll_timeout() const {
  return deadlines_.earliest();
}

/// `which` may be gone afterwards.
void server::check_deadlines(guest& which) {
  if (!which.peer && now_ >= which.connected + config_.handshake_timeout) {
    ++counters_.handshake_timeouts;
    refuse(which, refusal::handshake_timeout, {});
    return;
  }
  if (which.blocked_since && now_ >= *which.blocked_since + config_.slow_reader) {
    ++counters_.slow_readers;
    refuse(which, refusal::slow_reader, {});
    return;
  }
  if (which.throttled)
    settle_reads(which);
  if (which.peer && !which.throttled) {
    if (now_ >= which.heard + heartbeats_to_death * config_.heartbeat) {
      ++counters_.silent;
      refuse(which, refusal::silent, {});
      return;
    }
    if (now_ >= which.heard + config_.heartbeat && !std::exchange(which.pinged, true))
      enqueue(which, ping{random_.draw<std::uint64_t>()});
  }
  arm(which);
}

/// Sets the guest's deadline to the first thing that may be due. Traffic only moves a deadline away, so it is not armed
/// again for each frame but checked when it comes.
void server::arm(guest& which) {
  std::optional<time_point> first;
  auto consider = [&first](time_point at) { first = first ? std::min(*first, at) : at; };
  if (!which.peer)
    consider(which.connected + config_.handshake_timeout);
  else if (!which.throttled)
    consider(which.heard + (which.pinged ? heartbeats_to_death : 1) * config_.heartbeat);
  if (which.blocked_since)
    consider(*which.blocked_since + config_.slow_reader);
  // Above its rate: when that is paid back. Above its queue: when somebody reads, which is no deadline.
  if (which.throttled && which.bucket.ready_at(now_) > now_)
    consider(which.bucket.ready_at(now_));
  deadlines_.arm(which.id, first);
}

} // namespace warren::relay
