#include "crdt_bridge/replica.hpp"

namespace warren::crdt {

namespace {

// Deferred items wait by the wall clock, which may be set at any time: look at it that often.
constexpr std::chrono::seconds wall_clock_check{1};

} // namespace

replica::replica(crdt_engine& engine, const replica_limits& limits, random_source& random)
    : engine_{engine}, limits_{limits}, random_{random}, queue_{limits.write} {
  // nop
}

std::optional<peer_handle> replica::peer_joined(time_point now) {
  if (sessions_.size() >= limits_.max_peers) {
    ++counters_.refused.too_many_peers;
    return std::nullopt;
  }
  auto peer = ++last_peer_;
  sessions_.emplace(peer, std::make_unique<sync_session>(peer, limits_.sync, engine_, claims_, random_, now));
  return peer;
}

void replica::peer_left(peer_handle peer) {
  auto session = sessions_.find(peer);
  if (session == sessions_.end())
    return;
  counters_.sync += session->second->stats();
  sessions_.erase(session);
}

void replica::handle_message(time_point now, wall_time wall, peer_handle peer, byte_view data) {
  now_ = now;
  wall_ = wall;
  auto session = sessions_.find(peer);
  if (session == sessions_.end())
    return;
  if (auto why = session->second->handle_message(now, wall, data)) {
    refuse(peer, why);
    return;
  }
  auto items = session->second->take_items();
  if (items.empty())
    events_.push_back(octets_consumed{peer, credit_of(data.size())});
  else
    queue_.push({std::move(items), peer, 0, credit_of(data.size())});
}

void replica::refuse(peer_handle peer, std::error_code why) {
  counters_.count_refusal(why);
  peer_left(peer);
  events_.push_back(peer_refused{peer, why});
}

void replica::write_accepted(peer_handle peer, std::size_t octets) {
  if (auto session = sessions_.find(peer); session != sessions_.end())
    session->second->write_accepted(octets);
}

std::optional<replica::transmit> replica::poll_transmit(time_point now) {
  for (auto& [peer, session] : sessions_)
    if (auto data = session->poll_transmit(now))
      return transmit{peer, std::move(*data)};
  return std::nullopt;
}

std::optional<write_ticket> replica::submit(std::vector<item> items) {
  if (!queue_.push({std::move(items), 0, last_ticket_ + 1, 0})) {
    ++counters_.refused.too_many_writes;
    return std::nullopt;
  }
  return ++last_ticket_;
}

std::shared_ptr<const change_set> replica::poll_transaction(time_point now, wall_time wall) {
  now_ = now;
  wall_ = wall;
  while (!running_ && !queue_.empty()) {
    auto next = stage_next(wall);
    if (next.changes->empty())
      conclude(next, std::nullopt); // nothing new: nothing to write
    else
      running_ = std::move(next);
    if (running_)
      return running_->changes;
  }
  return nullptr;
}

replica::transaction replica::stage_next(wall_time wall) {
  transaction next;
  next.writes = queue_.take();
  std::vector<item> batch;
  // Only the keys stay behind; they are all that is needed to conclude.
  for (auto& write : next.writes)
    batch.insert(
        batch.end(), std::make_move_iterator(write.items.begin()),
        std::make_move_iterator(write.items.end()));
  auto staged = engine_.stage(batch, wall);
  next.verdicts = std::move(staged.verdicts);
  next.changes = std::make_shared<const change_set>(std::move(staged.changes));
  return next;
}

void replica::transaction_done(time_point now, std::optional<store_failure> failure) {
  if (!running_)
    return;
  auto done = std::move(*running_);
  running_.reset();
  if (failure) {
    ++counters_.transactions_failed;
  } else {
    ++counters_.transactions;
    apply(now, done);
  }
  conclude(done, failure);
}

void replica::apply(time_point now, const transaction& done) {
  engine_.commit(*done.changes);
  for (const auto& added : done.changes->added)
    for (auto& [peer, session] : sessions_)
      session->item_added(now, added.key);
  std::unordered_set<item_id> written_here;
  for (const auto& write : done.writes)
    if (write.ticket != 0)
      for (const auto& each : write.items)
        written_here.insert(each.key.id);
  items_changed event{done.changes, {}};
  event.local.reserve(done.changes->added.size());
  for (const auto& added : done.changes->added)
    event.local.push_back(written_here.contains(added.key.id));
  events_.push_back(std::move(event));
}

void replica::conclude(const transaction& done, const std::optional<store_failure>& failure) {
  for (auto what : done.verdicts)
    if (!failure || what != verdict::added)
      counters_.count_verdict(what);
  for (const auto& write : done.writes) {
    auto session = sessions_.find(write.from);
    for (const auto& each : write.items) {
      claims_.release(each.key.id);
      if (session != sessions_.end())
        session->second->item_decided(each.key.id);
    }
    if (write.credit > 0 && session != sessions_.end())
      events_.push_back(octets_consumed{write.from, write.credit});
    if (write.ticket != 0)
      events_.push_back(write_done{write.ticket, failure});
  }
}

std::optional<replica_event> replica::poll_event() {
  if (events_.empty())
    return std::nullopt;
  auto next = std::move(events_.front());
  events_.pop_front();
  return next;
}

void replica::handle_timeout(time_point now, wall_time wall) {
  now_ = now;
  wall_ = wall;
  std::vector<std::pair<peer_handle, std::error_code>> gone;
  for (auto& [peer, session] : sessions_)
    if (auto why = session->handle_timeout(now))
      gone.emplace_back(peer, why);
  for (const auto& [peer, why] : gone)
    refuse(peer, why);
  if (auto due = engine_.take_due(wall); !due.empty())
    queue_.push({std::move(due)});
}

std::optional<time_point> replica::poll_timeout() const {
  std::optional<time_point> due;
  auto sooner = [&due](time_point when) { due = due ? std::min(*due, when) : when; };
  for (const auto& [peer, session] : sessions_)
    if (auto when = session->poll_timeout())
      sooner(*when);
  if (auto when = engine_.next_due()) {
    auto wait = std::chrono::milliseconds{std::max<std::int64_t>(when->milliseconds - wall_.milliseconds, 0)};
    sooner(now_ + std::min<duration>(wait, wall_clock_check));
  }
  return due;
}

replica_counters replica::stats() const {
  auto result = counters_;
  for (const auto& [peer, session] : sessions_)
    result.sync += session->stats();
  return result;
}

bool replica::idle() const noexcept {
  if (running_ || !queue_.empty())
    return false;
  for (const auto& [peer, session] : sessions_)
    if (!session->idle())
      return false;
  return true;
}

} // namespace warren::crdt
