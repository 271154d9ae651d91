#include "actors/counter_names.hpp"
#include "actors/supervisor_state.hpp"

#include <algorithm>

namespace warren {

namespace {

/// Circuits that peers opened and whose handshake is not done; one of them makes room for the next.
constexpr std::size_t max_unproved_circuits = 64;

swarm::outcome outcome_of(errc reason) {
  switch (reason) {
    case errc::replaced:
    case errc::identity_conflict:
      return swarm::outcome::refused_duplicate;
    case errc::self_connection:
      return swarm::outcome::was_self;
    case errc::access_denied:
    case errc::protocol_violation:
      return swarm::outcome::refused_for_good;
    default:
      return swarm::outcome::lost;
  }
}

std::string address_of(const swarm::candidate& remote) {
  if (auto where = std::get_if<endpoint>(&remote))
    return to_string(*where);
  return std::get<swarm::relayed_peer>(remote).url;
}

} // namespace

void supervisor_state::dial_due(time_point at) {
  while (auto order = book.poll_dial(at))
    dial(*order);
}

void supervisor_state::dial(const swarm::dial_order& order) {
  if (auto guest = std::get_if<swarm::relayed_peer>(&order.target)) {
    dial_relayed(order, *guest);
    return;
  }
  if (!dialler || pending_restarts.contains("dial_endpoint")) {
    book.dial_failed(now(), order.dial, swarm::outcome::lost);
    return;
  }
  dials.emplace(order.dial, order);
  auto stands = find_connection(order.connection);
  dial_peer wanted{order.dial, std::get<endpoint>(order.target), stands ? stands->actor : nullptr};
  act::mail(self, std::move(wanted)).send(dialler);
}

void supervisor_state::dial_relayed(const swarm::dial_order& order, const swarm::relayed_peer& guest) {
  auto relay = relays.find(guest.url);
  if (relay == relays.end() || !relay->second.link) {
    book.dial_failed(now(), order.dial, swarm::outcome::lost);
    return;
  }
  if (auto stands = find_connection(order.connection)) {
    act::mail(self, open_path{order.dial, relay->second.link, guest.url}).send(stands->actor);
    return;
  }
  relay_start start{relay->second.link, guest.url, guest.peer, session::role::initiator};
  auto stream =
      caf::actor_cast<caf::actor>(spawn_noise_stream(self->home_system(), sessions, std::move(start)));
  follow({stream, order.dial, order.target, std::nullopt, false});
  act::mail(self, open_circuit{guest.peer, stream}).send(relay->second.link);
}

void supervisor_state::handle_dial_failed(const dial_failed& failure) {
  auto dial = dials.extract(failure.dial);
  if (dial.empty())
    return;
  ++counters["supervisor.dial_failed"];
  book.dial_failed(now(), failure.dial, swarm::outcome::lost);
  if (dial.mapped().connection != 0)
    return; // another path for a connection: tried again and again while it has none
  peer_info peer;
  peer.address = address_of(dial.mapped().target);
  emit("dial_failed", peer, failure.reason);
}

/// What makes one path silent, a change of network above all, may have cut the relays off as well.
void supervisor_state::handle_path_wanted(const path_wanted& want) {
  for (const auto& [url, relay] : relays)
    if (relay.link)
      act::mail(self, check_link{}).send(relay.link);
  book.want_path(now(), want.connection);
}

void supervisor_state::handle_pipe_failed(const pipe_failed& failure) {
  dials.erase(failure.dial);
  auto why = failure.no_such_session ? swarm::outcome::no_such_session : swarm::outcome::lost;
  book.dial_failed(now(), failure.dial, why);
}

void supervisor_state::handle_path_switched(const path_switched& report) {
  dials.erase(report.dial);
  auto stream = find_connection(report.connection);
  if (!stream)
    return;
  auto before = std::exchange(stream->session->peer, report.peer);
  if (report.peer.path == path_kind::relay)
    stream->remote = swarm::relayed_peer{report.peer.address, stream->session->id};
  else if (auto where = endpoint::parse(report.peer.address))
    stream->remote = *where;
  stream->source = source_of(stream->remote);
  book.moved(now(), report.connection, report.dial, stream->remote);
  if (stream->admitted && before != report.peer)
    emit("path_changed", report.peer, {});
}

void supervisor_state::follow(live_stream stream) {
  auto address = stream.actor.address();
  stream.since = now();
  stream.source = source_of(stream.remote);
  self->monitor(stream.actor);
  streams.insert_or_assign(address, std::move(stream));
}

void supervisor_state::handle_stream_started(const stream_started& started) {
  dials.erase(started.dial);
  follow({started.stream, started.dial, started.remote, std::nullopt, false});
}

/// Ends the oldest circuit without a handshake of the peer that has most of them, when there are too many: whoever opens
/// circuits and stays silent loses its own before anybody else's.
void supervisor_state::make_room_for_circuit() {
  std::map<peer_id, std::vector<live_stream*>> silent;
  std::size_t all = 0;
  for (auto& [address, stream] : streams)
    if (auto guest = std::get_if<swarm::relayed_peer>(&stream.remote);
        guest && !stream.session && stream.dial == 0 && !stream.replaced) {
      silent[guest->peer].push_back(&stream);
      ++all;
    }
  if (all < max_unproved_circuits)
    return;
  auto most = std::ranges::max_element(silent, {}, [](const auto& entry) { return entry.second.size(); });
  auto oldest = *std::ranges::min_element(most->second, {}, [](const auto* stream) { return stream->since; });
  oldest->replaced = true;
  ++counters["supervisor.silent_circuit_ended"];
  act::mail(self, shut_down{errc::limit_reached, "too many circuits without a handshake"})
      .send(oldest->actor);
}

void supervisor_state::handle_circuit_offered(const circuit_offered& offer) {
  auto relay = relays.find(offer.url);
  if (relay == relays.end() || !relay->second.link)
    return;
  make_room_for_circuit();
  relay_start start{relay->second.link, offer.url, offer.peer, session::role::responder};
  auto stream =
      caf::actor_cast<caf::actor>(spawn_noise_stream(self->home_system(), sessions, std::move(start)));
  follow({stream, 0, swarm::relayed_peer{offer.url, offer.peer}, std::nullopt, false});
  act::mail(self, accept_circuit{offer.circuit, stream}).send(relay->second.link);
}

supervisor_state::live_stream* supervisor_state::find_connection(std::uint64_t connection) {
  auto address = connection_streams.find(connection);
  if (address == connection_streams.end())
    return nullptr;
  auto stream = streams.find(address->second);
  return stream == streams.end() ? nullptr : &stream->second;
}

void supervisor_state::handle_established(const session_established& report) {
  auto found = streams.find(report.stream.address());
  if (found == streams.end()) {
    // Its stream_started came before; only a supervisor that was restarted sees this.
    act::mail(self, shut_down{errc::closed_locally, "unknown to the supervisor"}).send(report.stream);
    return;
  }
  auto& stream = found->second;
  if (topics.empty()) {
    act::mail(self, shut_down{errc::closed_locally, "no topic is joined here"}).send(report.stream);
    return;
  }
  stream.session = report;
  connection_streams[report.connection] = found->first;
  // The peer may have ended the last connection and made this one before the last one's actor has said so.
  for (auto other : book.connections_to(report.id))
    if (sessions.directory->is_ending(connection_streams.at(other)))
      book.ending(other);
  auto decision = book.established(
      now(), {report.connection, stream.dial, report.id, report.instance, report.arbiter, stream.remote,
              report.peer_holds_session});
  close_replaced(decision.replaced);
  if (decision.verdict == swarm::verdict::admit) {
    act::mail(self, admit_session{}).send(stream.actor);
    accept(stream);
  } else if (decision.verdict == swarm::verdict::refuse) {
    refuse(stream, decision);
  }
}

void supervisor_state::refuse(const live_stream& stream, const swarm::decision& why) {
  auto order = shut_down{errc::replaced, "another connection to this peer stands"};
  if (why.at_limit)
    order = {errc::limit_reached, "max_peers is " + std::to_string(setup.opts.max_peers)};
  if (why.identity_conflict)
    order = {errc::identity_conflict, "two processes run with this peer's identity"};
  act::mail(self, std::move(order)).send(stream.actor);
}

void supervisor_state::handle_admitted(const session_admitted& report) {
  auto stream = find_connection(report.connection);
  if (!stream)
    return;
  auto decision = book.admitted(now(), report.connection);
  if (decision.verdict == swarm::verdict::refuse) {
    refuse(*stream, decision);
    return;
  }
  close_replaced(decision.replaced);
  accept(*stream);
}

/// From now on the connection is the peer's one connection, and carries our topics.
void supervisor_state::accept(live_stream& stream) {
  stream.admitted = true;
  for (const auto& [on, joined] : topics)
    if (joined.subscriber)
      act::mail(self, topic_joined{on, joined.secret, joined.subscriber}).send(stream.actor);
  emit("peer_connected", stream.session->peer, {});
}

void supervisor_state::close_replaced(const std::vector<std::uint64_t>& connections) {
  for (auto connection : connections)
    if (auto stream = find_connection(connection)) {
      stream->replaced = true;
      act::mail(self, shut_down{errc::replaced, "a newer connection to this peer took over"})
          .send(stream->actor);
    }
}

void supervisor_state::handle_closed(const session_closed& report) {
  merge_counters(counters, report.counters);
  if (streams.contains(report.stream)) {
    lingering.insert(report.stream);
    settle_closed(report.stream, report.reason, report.detail, report.unconfirmed);
  }
}

void supervisor_state::settle_closed(
    const caf::actor_addr& stream, errc reason, const std::string& detail, bool unconfirmed) {
  auto node = streams.extract(stream);
  if (node.empty())
    return;
  auto& gone = node.mapped();
  auto outcome = outcome_of(reason);
  if (ending.erase(stream) > 0 && unconfirmed)
    cut_off.insert(gone.session->peer.id);
  ++counters["supervisor.closed." + to_string(reason)];
  if (gone.session) {
    connection_streams.erase(gone.session->connection);
    book.closed(now(), gone.session->connection, outcome);
  } else if (gone.dial != 0) {
    book.dial_failed(now(), gone.dial, outcome);
  }
  peer_info peer;
  peer.address = address_of(gone.remote);
  if (gone.session)
    peer = gone.session->peer;
  peer.connected = false;
  auto kind = gone.admitted ? "peer_closed" : "peer_refused";
  emit(
      reason == errc::identity_conflict ? "identity_conflict" : kind, peer,
      detail.empty() ? to_string(reason) : detail);
}

} // namespace warren
