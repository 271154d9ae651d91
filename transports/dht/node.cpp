#include "transports/dht/node.hpp"

#include "transports/dht/address_policy.hpp"
#include "transports/dht/refusal.hpp"
#include "transports/dht/reply_size.hpp"
#include "transports/dht/secure_id.hpp"
#include "transports/dht/version.hpp"

#include <algorithm>

namespace warren::dht {

namespace {

/// Replies that wait for poll_transmit at most; more are dropped. The host polls after every batch of datagrams that the
/// socket gave it at once, of which there are no more.
constexpr std::size_t max_outbox = 1024;

/// An item that nobody stored is put again after so long.
constexpr duration item_retry = std::chrono::minutes{5};

node_id choose_id(const config& settings, random_source& random) {
  if (settings.id)
    return *settings.id;
  auto hint = settings.external_hint;
  if (!hint && settings.saved_external)
    hint = settings.saved_external->address;
  if (settings.saved_id && (!hint || is_secure_id(*settings.saved_id, *hint)))
    return *settings.saved_id;
  return hint ? make_secure_id(*hint, random) : make_random_id(random);
}

} // namespace

node::node(config settings, random_source& random, time_point now)
    : config_{std::move(settings)},
      random_{random},
      table_{choose_id(config_, random), {config_.family, config_.allow_same_ip, config_.enforcement}},
      rpc_{config_.rpc, config_.read_only, random},
      responder_{config_, random, now},
      votes_{config_.external_votes, config_.allow_same_ip},
      bootstrap_{config_.bootstrap_retry_min, config_.bootstrap_retry_max},
      warm_{config_.keep_warm, config_.peers.lifetime},
      item_renewals_{config_.renew_items, item_retry},
      now_{now},
      next_upkeep_{now} {
}

void node::handle_packet(time_point now, const endpoint& from, byte_view datagram) {
  now_ = now;
  if (from.address.family() != config_.family) {
    ++counters_.wrong_family;
    return;
  }
  if (!is_usable(from, config_.family)) {
    ++counters_.bad_source;
    return;
  }
  if (contains(config_.blocked, from.address)) {
    ++counters_.blocked;
    return;
  }
  auto message = krpc::decode(datagram);
  if (!message) {
    ++counters_.malformed;
    return;
  }
  if (auto query = std::get_if<krpc::query>(&message->body)) {
    if (admit_query(now, from, datagram.size(), query))
      on_query(now, from, *message, *query);
  } else if (auto bad = std::get_if<krpc::bad_query>(&message->body)) {
    if (admit_query(now, from, datagram.size(), nullptr))
      on_bad_query(now, from, *message, *bad);
  } else if (auto response = std::get_if<krpc::response>(&message->body))
    on_response(now, from, *message, *response);
  else
    on_error(now, from, *message);
}

void node::handle_timeout(time_point now) {
  now_ = now;
  while (auto overdue = rpc_.poll_overdue(now))
    on_silence(now, *overdue);
  if (bootstrap_.due(now))
    start_bootstrap(now);
  for (const auto& where : warm_.due(now))
    ping(now, where);
  renew_items(now);
  if (next_upkeep_ <= now)
    upkeep(now);
  release_waiting(now);
  advance(now);
}

std::optional<transmit> node::poll_transmit() {
  if (outbox_.empty())
    return rpc_.poll_transmit();
  auto next = std::move(outbox_.front());
  outbox_.pop_front();
  return next;
}

std::optional<event> node::poll_event() {
  if (events_.empty())
    return std::nullopt;
  auto next = std::move(events_.front());
  events_.pop_front();
  return next;
}

std::optional<time_point> node::poll_timeout() const {
  auto result = next_upkeep_;
  for (auto deadline :
       {rpc_.poll_timeout(), bootstrap_.poll_timeout(), warm_.poll_timeout(), item_renewals_.poll_timeout()})
    if (deadline)
      result = std::min(result, *deadline);
  for (const auto& [id, waiting] : waiting_)
    result = std::min(result, waiting.until);
  return result;
}

bool node::may_contact(const endpoint& where) const {
  return is_usable(where, config_.family) && !contains(config_.blocked, where.address);
}

bool node::admit_query(time_point now, const endpoint& from, std::size_t size, const krpc::query* query) {
  if (query && query->id == table_.own_id()) {
    ++counters_.own_query;
    return false;
  }
  // BEP 43; but what is forwarded to us we have asked for by announcing.
  auto forwarded = query && query->method == krpc::method::rdv && query->rendezvous.from;
  if (config_.read_only && !forwarded) {
    ++counters_.while_read_only;
    return false;
  }
  if (!responder_.rates().admit(now, from, size)) {
    ++counters_.rate_limited;
    return false;
  }
  return true;
}

void node::on_query(
    time_point now, const endpoint& from, const krpc::message& message, const krpc::query& query) {
  if (query.method == krpc::method::rdv && query.rendezvous.from) {
    on_rendezvous(now, from, message, query);
    return;
  }
  krpc::message out;
  out.transaction = message.transaction;
  std::visit(
      [&out](auto&& body) { out.body = std::move(body); },
      responder_.answer(now, from, query, table_, counters_));
  if (auto what = responder_.take_forward(); what && !forward(now, *what))
    out.body = refusal(krpc::error_code::server, "too busy");
  reply(now, from, std::move(out));
  if (message.read_only)
    return;
  table_.heard_query(now, {query.id, from});
  verify(now, {query.id, from});
}

void node::on_bad_query(
    time_point now, const endpoint& from, const krpc::message& message, const krpc::bad_query& query) {
  ++(query.code == krpc::error_code::method_unknown ? counters_.unknown_method : counters_.bad_arguments);
  krpc::message out;
  out.transaction = message.transaction;
  out.body = krpc::error{static_cast<std::int64_t>(query.code), as_byte_view(query.why)};
  reply(now, from, std::move(out));
}

void node::on_response(
    time_point now, const endpoint& from, const krpc::message& message, krpc::response& response) {
  auto answered = rpc_.match(now, from, message.transaction);
  if (!answered) {
    ++counters_.unexpected_response;
    return;
  }
  ++counters_.responses;
  responder_.rates().prove(now, from);
  if (!message.read_only)
    table_.heard_response(now, {response.id, from});
  learn_external(now, from, message);
  drop_unacceptable(from, response);
  if (answered->why == purpose::rendezvous)
    on_forwarding_answer(answered->lookup, response.forwarded);
  auto found = searches_.find(answered->lookup);
  if (found != searches_.end()) {
    found->second.on_response(from, response, answered->why);
    emit_results(now, found->first, found->second);
  }
  release_waiting(now);
  advance(now);
}

void node::on_error(time_point now, const endpoint& from, const krpc::message& message) {
  auto answered = rpc_.match(now, from, message.transaction);
  if (!answered) {
    ++counters_.unexpected_response;
    return;
  }
  // The node is alive; it knows the method not (204) or refuses the arguments. Not held against it in the table.
  ++counters_.errors_received;
  responder_.rates().prove(now, from);
  if (answered->why == purpose::rendezvous)
    on_forwarding_answer(answered->lookup, false);
  auto found = searches_.find(answered->lookup);
  if (found != searches_.end())
    found->second.on_refusal(from, answered->why, std::get<krpc::error>(message.body).code);
  advance(now);
}

void node::on_silence(time_point now, const rpc::outcome& overdue) {
  auto found = searches_.find(overdue.lookup);
  auto searching = found != searches_.end();
  if (overdue.given_up && overdue.why == purpose::rendezvous)
    on_forwarding_answer(overdue.lookup, false);
  if (overdue.given_up) {
    table_.failed(now, overdue.node);
    if (searching)
      found->second.on_failure(overdue.node, overdue.why);
  } else if (searching && overdue.why == purpose::lookup) {
    found->second.on_slow(overdue.node);
  }
}

void node::drop_unacceptable(const endpoint& from, krpc::response& response) {
  auto refused = [&](const endpoint& where) {
    return !is_acceptable(where, from.address, config_.family) || contains(config_.blocked, where.address);
  };
  counters_.bad_peers += std::erase_if(response.values, refused);
  std::erase_if(response.records, [&](const krpc::peer_entry& entry) { return refused(entry.where); });
  auto& nodes = config_.family == address_family::ipv4 ? response.nodes : response.nodes6;
  // Nobody needs to tell us where we are ourselves.
  counters_.bad_nodes += std::erase_if(
      nodes, [&](const node_info& named) { return refused(named.where) || named.where == votes_.winner(); });
}

void node::learn_external(time_point now, const endpoint& from, const krpc::message& message) {
  if (!message.ip || !votes_.vote(from, *message.ip))
    return;
  events_.push_back(external_address{*votes_.winner()});
  if (settle_id(now) && !bootstrap_.running())
    start_bootstrap(now);
}

void node::verify(time_point now, const node_info& asker) {
  // A node enters the table by answering. Lookups come first: half of the transactions are left to them. Nobody can make
  // us ping a third party for nothing: it counts as a reply.
  if (table_.wants(now, asker) && !rpc_.asking(asker.where) && rpc_.in_flight() < config_.rpc.in_flight / 2
      && responder_.rates().admit_reply(now, asker.where, config_.rpc.attempts * ping_size))
    ping(now, asker.where);
}

void node::reply(time_point now, const endpoint& to, krpc::message message) {
  message.ip = to;
  message.version = as_byte_view(client_version);
  auto datagram = krpc::encode(message);
  auto limit = std::min(max_reply_size, responder_.rates().allowance(now, to));
  auto body = std::get_if<krpc::response>(&message.body);
  while (datagram.size() > limit && body && shed(*body, config_.family))
    datagram = krpc::encode(message);
  if (outbox_.size() >= max_outbox) {
    ++counters_.outbox_full;
  } else if (!responder_.rates().admit_reply(now, to, datagram.size())) {
    ++counters_.replies_throttled;
  } else {
    ++counters_.queries_answered;
    outbox_.push_back({to, std::move(datagram)});
  }
}

void node::ping(time_point now, const endpoint& to) {
  krpc::query query;
  query.id = table_.own_id();
  rpc_.ask(now, to, query, purpose::ping);
}

counters node::counters() const {
  auto result = counters_;
  result.queries_sent = rpc_.counters().sent;
  result.queries_repeated = rpc_.counters().repeated;
  result.queries_timed_out = rpc_.counters().timed_out;
  return result;
}

} // namespace warren::dht
