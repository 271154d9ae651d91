// Lookups of dht::node: how they start, wait, go on and end.
#include "transports/dht/errc.hpp"
#include "transports/dht/node.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

/// Most nodes of an old saved table are gone: ask twice as many at a time as usual.
constexpr std::size_t bootstrap_parallelism = 2 * alpha;

/// A node of the whole network hardly shares so many bits more with a target than our own k-th neighbour shares with
/// us: between N nodes the neighbour shares about log2(N / k) of them.
constexpr std::size_t crowding_margin = 7;

} // namespace

lookup_id node::get_peers(time_point now, const info_hash& topic) {
  return start(now, {search::kind::get_peers, topic.target()});
}

lookup_id node::announce(
    time_point now, const info_hash& topic, std::uint16_t port, bool implied_port, byte_view record) {
  return start(
      now, {search::kind::announce, topic.target(), port, implied_port || port == 0, to_bytes(record)});
}

std::vector<lookup_id> node::forget(const info_hash& topic) {
  std::vector<lookup_id> ended;
  auto concerned = [&](const search::goal& goal) {
    return goal.what == search::kind::announce && goal.target == topic.target();
  };
  for (const auto& [id, running] : searches_)
    if (concerned(running.what()))
      ended.push_back(id);
  for (const auto& [id, waiting] : waiting_)
    if (concerned(waiting.goal))
      ended.push_back(id);
  for (auto id : ended)
    cancel(id);
  warm_.forget(topic);
  return ended;
}

void node::cancel(lookup_id lookup) {
  searches_.erase(lookup);
  waiting_.erase(lookup);
  warm_.remove(lookup);
  own_items_.erase(lookup);
  item_renewals_.remove(lookup);
  for (auto it = renewing_.begin(); it != renewing_.end();)
    if (it->second == lookup) {
      searches_.erase(it->first);
      it = renewing_.erase(it);
    } else {
      ++it;
    }
}

lookup_id node::start(time_point now, const search::goal& goal) {
  now_ = now;
  lookup_id lookup{next_lookup_++};
  if (user_lookups() >= config_.max_lookups) {
    events_.push_back(lookup_done{.lookup = lookup, .why = errc::too_many_lookups});
  } else if (bootstrap_.seeking() && usable_nodes(now) == 0) {
    waiting_.emplace(lookup, waiting_lookup{now, now + config_.bootstrap_wait, goal});
  } else {
    run(now, lookup, goal, now);
    advance(now);
  }
  return lookup;
}

std::size_t node::user_lookups() const {
  auto running = std::count_if(searches_.begin(), searches_.end(), [](const auto& entry) {
    auto what = entry.second.what().what;
    return what != search::kind::bootstrap && what != search::kind::refresh;
  });
  return waiting_.size() + static_cast<std::size_t>(running) - renewing_.size();
}

search node::make_search(time_point now, const search::goal& goal, time_point asked) const {
  search::settings how;
  how.own_id = table_.own_id();
  how.family = config_.family;
  how.enforcement = config_.enforcement;
  how.max_peers = config_.max_lookup_peers;
  if (goal.what == search::kind::bootstrap)
    how.lookup.parallelism = bootstrap_parallelism;
  auto neighbours = table_.closest(now, table_.own_id(), k);
  if (goal.what != search::kind::bootstrap && neighbours.size() == k)
    how.lookup.crowded_bits = common_prefix(neighbours.back().id, table_.own_id()) + crowding_margin;
  how.lookup.verify_ids = config_.enforcement != id_enforcement::off;
  how.lookup.max_queries = config_.max_lookup_queries;
  how.lookup.allow_same_ip = config_.allow_same_ip;
  return {goal, how, asked};
}

void node::run(time_point now, lookup_id lookup, const search::goal& goal, time_point asked) {
  auto& running = searches_.emplace(lookup, make_search(now, goal, asked)).first->second;
  // Twice as many as are asked at first, for the case that the closest ones lie.
  for (const auto& close : table_.closest(now, goal.target, 2 * k))
    running.seed(close);
  if (goal.what != search::kind::refresh)
    add_own_results(now, lookup, running);
}

void node::release_waiting(time_point now) {
  // A lookup can start from the first node that answers; the rest of the bootstrap goes on beside it.
  auto ready = !bootstrap_.seeking() || usable_nodes(now) > 0;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (!ready && it->second.until > now) {
      ++it;
      continue;
    }
    run(now, it->first, it->second.goal, it->second.asked);
    it = waiting_.erase(it);
  }
}

void node::advance(time_point now) {
  for (;;) {
    for (auto& [lookup, running] : searches_)
      ask_next(now, lookup, running);
    auto ended = std::find_if(
        searches_.begin(), searches_.end(), [](const auto& entry) { return entry.second.done(); });
    if (ended == searches_.end())
      return;
    auto taken = searches_.extract(ended);
    finish(now, taken.key(), taken.mapped());
  }
}

void node::ask_next(time_point now, lookup_id lookup, search& running) {
  while (!rpc_.full()) {
    auto step = running.next();
    if (!step)
      return;
    rpc_.ask(now, step->to, step->query, step->why, lookup);
  }
}

void node::finish(time_point now, lookup_id lookup, const search& ended) {
  if (auto renewed = renewing_.extract(lookup); !renewed.empty()) {
    on_renewed(now, renewed.mapped(), ended);
    return;
  }
  switch (ended.what().what) {
    case search::kind::bootstrap:
      on_bootstrap_ended(now);
      return;
    case search::kind::refresh:
      refresh(now);
      return;
    case search::kind::announce:
      warm_.add(now, lookup, {ended.what().target.octets}, ended.announced_to());
      [[fallthrough]];
    case search::kind::get_peers:
    case search::kind::get_item:
    case search::kind::put_item:
      counters_.bad_results += ended.bad_results();
      lookup_done done{lookup,           ended.peers(),       ended.queries(),
                       ended.hops(),     now - ended.asked(), ended.announced_to().size(),
                       ended.objection()};
      if (ended.queries() == 0 && !ended.found_item())
        done.why = errc::no_nodes;
      events_.push_back(done);
      if (ended.what().what == search::kind::put_item && done.announced_to > 0 && !done.why)
        keep_item(now, lookup, *ended.what().item->put);
  }
}

void node::emit_results(time_point now, lookup_id lookup, search& running) {
  // Records first: who reads the events in order then knows who the peers are.
  emit_records(now, lookup, running);
  auto peers = running.take_new_peers();
  if (!peers.empty())
    events_.push_back(peers_found{lookup, std::move(peers)});
  if (auto newest = running.take_new_item()) {
    if (auto renewed = renewing_.find(lookup); renewed != renewing_.end())
      emit_newer(renewed->second, *newest);
    else
      events_.push_back(item_found{lookup, std::move(*newest)});
  }
}

} // namespace warren::dht
