// What dht::node does with signed things: items (BEP 44), peer records and rendezvous (WIRE.md).
#include "transports/dht/address_policy.hpp"
#include "transports/dht/errc.hpp"
#include "transports/dht/node.hpp"

namespace warren::dht {

namespace {

/// So many nodes are asked to forward one payload.
constexpr std::size_t max_forwarders = 3;

search::goal put_goal(const item& what, std::optional<std::int64_t> cas) {
  search::item_goal put{{}, {}, {}, what, cas};
  if (what.signing) {
    put.key = what.signing->key;
    put.salt = what.signing->salt;
  }
  return {search::kind::put_item, target_of(what), 0, false, {}, std::move(put)};
}

} // namespace

lookup_id node::get_item(time_point now, const node_id& target) {
  return start(now, {search::kind::get_item, target, 0, false, {}, search::item_goal{}});
}

lookup_id node::get_item(
    time_point now, const peer_id& key, byte_view salt, std::optional<std::int64_t> newer_than) {
  search::item_goal wanted{key, to_bytes(salt), newer_than, {}, {}};
  return start(now, {search::kind::get_item, target_of(key, salt), 0, false, {}, std::move(wanted)});
}

lookup_id node::put_item(time_point now, const item& what, std::optional<std::int64_t> cas) {
  now_ = now;
  if (auto why = check(what))
    return refuse(why);
  return start(now, put_goal(what, cas));
}

void node::keep_item(time_point now, lookup_id put, const item& what) {
  if (config_.renew_items == duration::zero())
    return;
  for (auto it = own_items_.begin(); it != own_items_.end();) {
    auto earlier = it++->first;
    if (target_of(own_items_.at(earlier)) == target_of(what))
      cancel(earlier);
  }
  own_items_.emplace(put, what);
  item_renewals_.told(now, put);
  if (own_items_.size() > config_.max_own_items)
    cancel(own_items_.begin()->first);
}

void node::renew_items(time_point now) {
  for (auto put : item_renewals_.due(now)) {
    lookup_id renewal{next_lookup_++};
    renewing_.emplace(renewal, put);
    run(now, renewal, put_goal(own_items_.at(put), {}), now);
  }
}

void node::emit_newer(lookup_id put, const item& found) {
  const auto& ours = own_items_.at(put);
  if (ours.signing && found.signing->seq >= ours.signing->seq && found.value != ours.value)
    events_.push_back(item_found{put, found});
}

/// To be called when a search that puts an item again has ended.
void node::on_renewed(time_point now, lookup_id put, const search& ended) {
  counters_.bad_results += ended.bad_results();
  if (ended.objection())
    cancel(put);
  else if (!ended.announced_to().empty())
    item_renewals_.told(now, put);
}

lookup_id node::refuse(std::error_code why) {
  lookup_id call{next_lookup_++};
  events_.push_back(lookup_done{.lookup = call, .why = why});
  return call;
}

/// This node may be one of those that store what is looked for.
void node::add_own_results(time_point now, lookup_id lookup, search& running) {
  const auto& goal = running.what();
  if (goal.item) {
    auto held = responder_.stored_item(now, goal.target);
    if (held && held->signing.has_value() == goal.item->key.has_value())
      running.add_item(*held);
  } else {
    info_hash topic{goal.target.octets};
    running.add_peers(responder_.peers(now, topic, config_.max_lookup_peers));
    for (auto held : responder_.records(now, topic, search::max_records))
      if (auto record = read_peer_record(topic, held->raw))
        running.add_record(*record, held->raw, held->where);
  }
  emit_results(now, lookup, running);
}

void node::emit_records(time_point now, lookup_id lookup, search& running) {
  records_found fresh{lookup, {}};
  info_hash topic{running.what().target.octets};
  for (auto& met : running.take_new_records()) {
    if (!met.token.empty())
      book_.add(now, topic, met.record.peer, met.node, met.token);
    if (met.fresh)
      fresh.records.push_back({std::move(met.record), met.where});
  }
  if (!fresh.records.empty())
    events_.push_back(std::move(fresh));
}

lookup_id node::rendezvous(time_point now, const info_hash& topic, const peer_id& peer, byte_view payload) {
  now_ = now;
  lookup_id call{next_lookup_++};
  krpc::query query;
  query.method = krpc::method::rdv;
  query.id = table_.own_id();
  query.target = topic.target();
  query.rendezvous.payload = payload;
  std::size_t asked = 0;
  auto fits = !payload.empty() && payload.size() <= krpc::max_rendezvous_payload;
  auto held = fits ? responder_.record_of(now, topic, peer) : nullptr;
  auto points = fits ? book_.points(now, topic, peer) : std::vector<rendezvous_book::point>{};
  if (held) { // we store its announcement ourselves: the peer listens to us
    query.rendezvous.from = endpoint{};
    asked += rpc_.ask(now, held->via, query, purpose::rendezvous, call) ? 1 : 0;
    query.rendezvous.from.reset();
  }
  query.rendezvous.key = peer.octets;
  for (const auto& point : points) {
    if (asked == max_forwarders)
      break;
    query.token = point.token;
    asked += rpc_.ask(now, point.node, query, purpose::rendezvous, call) ? 1 : 0;
  }
  if (asked > 0)
    rendezvous_.emplace(call, asked);
  else
    events_.push_back(
        rendezvous_sent{call, held || !points.empty() || !fits ? errc::not_forwarded : errc::no_rendezvous});
  return call;
}

void node::on_forwarding_answer(lookup_id call, bool forwarded) {
  auto waiting = rendezvous_.find(call);
  if (waiting == rendezvous_.end())
    return; // another one has forwarded it already
  if (!forwarded && --waiting->second > 0)
    return;
  rendezvous_.erase(waiting);
  events_.push_back(rendezvous_sent{call, forwarded ? std::error_code{} : errc::not_forwarded});
}

/// Returns whether it is on its way: false when too many queries are.
bool node::forward(time_point now, const responder::forward& what) {
  krpc::query query;
  query.method = krpc::method::rdv;
  query.id = table_.own_id();
  query.target = what.topic.target();
  query.rendezvous.from = what.from;
  query.rendezvous.payload = what.payload;
  auto sent = rpc_.ask(now, what.to, query, purpose::forward);
  ++(sent ? counters_.rendezvous_forwarded : counters_.rendezvous_refused);
  return sent;
}

void node::on_rendezvous(
    time_point now, const endpoint& from, const krpc::message& message, const krpc::query& query) {
  info_hash topic{query.target.octets};
  // The unspecified address stands for the forwarding node itself.
  auto sender = query.rendezvous.from->address.is_unspecified() ? from : *query.rendezvous.from;
  if (!warm_.stores(now, topic, from) || !is_acceptable(sender, from.address, config_.family)
      || contains(config_.blocked, sender.address)) {
    ++counters_.unexpected_rendezvous;
    return;
  }
  krpc::response answer;
  answer.id = table_.own_id();
  answer.forwarded = true;
  krpc::message out;
  out.transaction = message.transaction;
  out.body = std::move(answer);
  reply(now, from, std::move(out));
  events_.push_back(rendezvous_received{topic, sender, from, to_bytes(query.rendezvous.payload)});
}

} // namespace warren::dht
