// Guests' frames: the handshake, topics and circuits.
#include "transports/relay/server.hpp"

#include <algorithm>

namespace warren::relay {

namespace {

// What a frame costs of a guest's rate at least: small frames are work too.
constexpr std::size_t least_cost = 256;

// Signals wait for a guest only while less than this of the sender waits already.
constexpr std::size_t most_waiting_for_signal = 65'536;

} // namespace

server::server(server_config config, random_source& random) : config_{std::move(config)}, random_{random} {
}

void server::handle_message(time_point now, guest_id id, bytes message) {
  now_ = now;
  auto from = find(id);
  if (from == nullptr)
    return;
  ++counters_.frames_in;
  counters_.octets_in += message.size();
  from->heard = now;
  if (std::exchange(from->pinged, false))
    arm(*from);
  ++from->owed_grants;
  from->bucket.take(now, std::max(message.size(), least_cost));
  if (message.size() > largest_frame) {
    ++counters_.oversized;
    refuse(*from, refusal::bad_frame, "frame too large");
  } else if (auto decoded = decode(message); !decoded) {
    ++counters_.bad_frames;
    refuse(*from, refusal::bad_frame, decoded.error().message());
  } else if (auto proof = std::get_if<auth>(&*decoded); from->peer.has_value() != (proof != nullptr)) {
    if (from->peer) {
      handle_online(*from, *decoded, std::move(message));
    } else {
      handle_auth(*from, *proof);
      wipe(message); // it holds the token
    }
  } else {
    ++(from->peer ? counters_.unexpected : counters_.unauthenticated);
    refuse(*from, refusal::bad_frame, from->peer ? "auth twice" : "auth wanted");
  }
  drop_overflowed();
  if (auto still = find(id))
    settle_reads(*still);
}

std::optional<refusal> server::check(const guest& from, const auth& proof) {
  if (proof.version != protocol_version) {
    ++counters_.unsupported;
    return refusal::unsupported;
  }
  auto known = std::find(config_.hosts.begin(), config_.hosts.end(), proof.host) != config_.hosts.end();
  if (!known) {
    ++counters_.bad_hosts;
    return refusal::bad_signature;
  }
  if (!config_.token.empty() && config_.token != proof.token) {
    ++counters_.bad_tokens;
    return refusal::bad_token;
  }
  if (!config_.verify(proof.peer, auth_message(from.random, proof.peer, proof.host), proof.proof)) {
    ++counters_.bad_signatures;
    return refusal::bad_signature;
  }
  return std::nullopt;
}

void server::handle_auth(guest& from, const auth& proof) {
  if (auto why = check(from, proof)) {
    refuse(from, *why, {});
    return;
  }
  if (auto older = find(proof.peer)) {
    ++counters_.replaced;
    refuse(*older, refusal::replaced, "the same peer connected again");
  }
  ++counters_.authenticated;
  from.peer = proof.peer;
  by_peer_.emplace(proof.peer, from.id);
  enqueue(
      from, welcome{{
                .rate = config_.rate,
                .queue = config_.sender_queue,
                .topics = config_.topics_per_guest,
                .heartbeat_ms = static_cast<std::uint32_t>(config_.heartbeat.count()),
            }});
  arm(from);
  events_.push_back(server_event::guest_joined{from.id, proof.peer});
}

void server::handle_online(guest& from, const frame& value, bytes message) {
  if (auto entering = std::get_if<join>(&value))
    handle_join(from, *entering);
  else if (auto leaving = std::get_if<leave>(&value))
    handle_leave(from, *leaving);
  else if (auto asked = std::get_if<open>(&value))
    route(from, asked->peer, std::move(message), asked->circuit);
  else if (auto part = std::get_if<data>(&value))
    route(from, part->peer, std::move(message), part->circuit);
  else if (auto granted = std::get_if<credit>(&value))
    route(from, granted->peer, std::move(message), granted->circuit);
  else if (auto ended = std::get_if<reset>(&value))
    route(from, ended->peer, std::move(message), std::nullopt);
  else if (auto told = std::get_if<signal>(&value))
    handle_signal(from, told->peer, std::move(message));
  else if (auto asked_alive = std::get_if<ping>(&value))
    enqueue(from, pong{asked_alive->id});
  else if (!std::holds_alternative<pong>(value)) {
    ++counters_.unexpected;
    refuse(from, refusal::bad_frame, "only the relay sends this");
  }
}

void server::handle_join(guest& from, const join& entering) {
  if (from.topics.contains(entering.topic)) {
    tell_members(from, entering.topic);
    return;
  }
  if (from.topics.size() >= config_.topics_per_guest) {
    ++counters_.over_topic_limit;
    refuse(from, refusal::too_many_topics, {});
    return;
  }
  from.topics.insert(entering.topic);
  membership_.join(entering.topic, from.id);
  // A join is work for every member, so it counts for as much.
  from.bucket.take(now_, membership_.members(entering.topic).size() * least_cost);
  tell_members(from, entering.topic);
  for (auto other : membership_.members(entering.topic))
    if (other != from.id)
      enqueue_about(guests_.at(other), *from.peer, presence{entering.topic, *from.peer, true});
}

void server::tell_members(guest& to, const blinded_topic& where) {
  members page{where, false, {}};
  for (auto other : membership_.members(where)) {
    if (other == to.id)
      continue;
    page.peers.push_back(*guests_.at(other).peer);
    if (page.peers.size() == members_per_page) {
      enqueue(to, page);
      page.peers.clear();
    }
  }
  page.last = true;
  enqueue(to, page);
}

void server::handle_leave(guest& from, const leave& leaving) {
  if (from.topics.erase(leaving.topic) == 0) {
    ++counters_.not_a_member;
    return;
  }
  membership_.leave(leaving.topic, from.id);
  for (auto other : membership_.members(leaving.topic))
    enqueue_about(guests_.at(other), *from.peer, presence{leaving.topic, *from.peer, false});
}

bool server::share_topic(const guest& a, const guest& b) const {
  const auto& fewer = a.topics.size() < b.topics.size() ? a : b;
  const auto& more = &fewer == &a ? b : a;
  return std::any_of(fewer.topics.begin(), fewer.topics.end(), [&more](const blinded_topic& where) {
    return more.topics.contains(where);
  });
}

guest* server::reach(guest& from, const peer_id& peer) {
  auto to = find(peer);
  if (to == nullptr || to == &from) {
    ++counters_.unknown_peer;
    return nullptr;
  }
  if (!share_topic(from, *to)) {
    ++counters_.no_shared_topic;
    return nullptr;
  }
  return to;
}

/// Passes a guest-to-guest frame on; what cannot go comes back as unreachable when it names a circuit to bounce.
void server::route(guest& from, const peer_id& peer, bytes message, std::optional<std::uint64_t> bounce) {
  auto to = reach(from, peer);
  if (to == nullptr) {
    if (bounce)
      enqueue(from, unreachable{peer, *bounce});
    return;
  }
  forward(from, *to, std::move(message));
}

void server::handle_signal(guest& from, const peer_id& peer, bytes message) {
  auto to = reach(from, peer);
  if (to == nullptr)
    return;
  if (to->out.waiting(*from.peer) >= most_waiting_for_signal)
    ++counters_.dropped_signals;
  else
    forward(from, *to, std::move(message));
}

void server::forward(guest& from, guest& to, bytes message) {
  ++counters_.forwarded;
  counters_.forwarded_octets += message.size();
  readdress(message, *from.peer);
  from.waiting += message.size();
  to.out.push(*from.peer, from.id, std::move(message));
  wake(to);
}

} // namespace warren::relay
