// The pipes of a connection: those that come in, those that are dialled for it, and those that break.
#include "actors/noise_stream_state.hpp"
#include "messages/byte_order.hpp"
#include "transports/session/peek.hpp"

namespace warren {

pipe_set::sink noise_stream_state::octets_taker(time_point at) {
  return [this, at](session::pipe_id id, byte_view octets) {
    if (opening)
      put(*opening, octets);
    else
      session.handle_message(at, id, octets);
  };
}

void noise_stream_state::notice_lost_pipes(time_point at) {
  for (auto id : pipes.take_lost(at)) {
    settle_dial(*pipes.find(id), false);
    session.pipe_lost(at, id);
    if (opening && !session.is_closed())
      session.abort(at, session::errc::path_lost);
  }
  handle_events(at);
}

void noise_stream_state::want_path() {
  act::anon_mail(path_wanted{connection}).send(settings.supervisor);
}

/// This host's address is another one: what was dialled from the old one leads nowhere, and the peer does not hear it out. The
/// pipe in use stays until another one takes over.
void noise_stream_state::leave_old_address() {
  if (opening)
    return;
  for (auto id : pipes.direct())
    if (id != session.active_pipe())
      session.release_pipe(id);
}

/// Too many streams have a peer that has proved nothing; whoever opened this one is not told more than that it is gone.
void noise_stream_state::give_way(std::uint32_t stream) {
  handle_events(now()); // its peer may have proved itself just before
  auto id = pipes.udx_stream(stream);
  if (!id || pipes.find(*id)->udx->is_proved())
    return;
  pipes.end(now(), *id, true);
  if (session.is_established())
    session.pipe_lost(now(), *id);
  else
    shut_down_now({errc::limit_reached, "too many streams without a handshake"});
}

/// Reports a dial that came to nothing, unless it was settled before.
void noise_stream_state::settle_dial(pipe_set::entry& line, bool no_such_session) {
  if (auto dial = std::exchange(line.dial, 0))
    act::anon_mail(pipe_failed{dial, no_such_session}).send(settings.supervisor);
}

// -- an inbound pipe, before it is known what it is for -------------------------------------------------------------

void noise_stream_state::judge_opening(time_point at) {
  if (merging_into || session.is_closed())
    return;
  auto wants = session::peek_pipe_opening(*opening);
  if (std::holds_alternative<session::opening_incomplete>(wants))
    return;
  constexpr session::pipe_id first = 1;
  auto resume = std::get_if<session::opening_resume>(&wants);
  if (!resume) {
    // Garbage too: the session counts it and says what is wrong.
    auto octets = std::move(*opening);
    opening.reset();
    session.attach_pipe(at, first, session::role::responder);
    session.handle_message(at, first, octets);
    return;
  }
  if (auto owner = settings.directory->find(resume->session)) {
    merge_into(owner);
  } else {
    pipes.find(first)->line->write(session::resume_refusal());
    session.abort(at, session::errc::resume_refused);
  }
}

void noise_stream_state::merge_into(const caf::actor& owner) {
  constexpr session::pipe_id first = 1;
  auto line = pipes.find(first);
  if (line->relay) {
    merging_into = owner;
    act::mail(self, yield_circuit{line->relay->circuit()}).send(relay_link);
    return;
  }
  auto parcel = std::make_shared<pipe_parcel>();
  parcel->direct = pipes.release_udx(first);
  parcel->direct->deliver_to(owner);
  finish_merge(owner, std::move(parcel));
}

void noise_stream_state::handle_circuit_yielded(const caf::actor_addr& link, const circuit_yielded& yielded) {
  constexpr session::pipe_id first = 1;
  if (!merging_into || !pipes.circuit(link, yielded.circuit))
    return;
  auto parcel = std::make_shared<pipe_parcel>();
  parcel->link = relay_link;
  parcel->url = pipes.find(first)->line->address();
  parcel->circuit = yielded.circuit;
  pipes.abandon(first);
  finish_merge(merging_into, std::move(parcel));
}

void noise_stream_state::finish_merge(const caf::actor& owner, std::shared_ptr<pipe_parcel> parcel) {
  parcel->octets = std::move(*opening);
  act::mail(self, pipe_offered{std::move(parcel)}).send(owner);
  act::anon_mail(stream_merged{self->address()}).send(settings.supervisor);
  reported = true;
  self->quit();
}

// -- further pipes ------------------------------------------------------------------------------------------------------

void noise_stream_state::handle_offer(pipe_parcel& parcel) {
  if (!session.is_established() || session.is_closed()) {
    if (parcel.dial != 0)
      act::anon_mail(pipe_failed{parcel.dial, false}).send(settings.supervisor);
    return; // the pipe ends with the parcel
  }
  if (parcel.direct) {
    parcel.direct->set_adopted();
    auto id = pipes.add(std::move(parcel.direct), parcel.dial);
    session.attach_pipe(now(), id, parcel.side);
    session.handle_message(now(), id, parcel.octets);
    return;
  }
  auto link = std::exchange(parcel.link, nullptr);
  awaited.insert_or_assign(
      std::pair{link.address(), parcel.circuit},
      awaited_circuit{parcel.url, parcel.side, parcel.dial, std::move(parcel.octets)});
  act::mail(self, accept_circuit{parcel.circuit, self_handle()}).send(link);
}

void noise_stream_state::handle_open_path(const open_path& order) {
  awaited_circuit wanted{order.url, session::role::initiator, order.dial, {}};
  auto link = order.link.address();
  if (session.is_closed() || !session.peer() || awaited.contains({link, 0})) {
    circuit_failed(wanted);
    return;
  }
  awaited.emplace(std::pair{link, circuit_id{0}}, std::move(wanted));
  act::mail(self, open_circuit{*session.peer(), self_handle()}).send(order.link);
}

void noise_stream_state::handle_circuit_opened(const caf::actor_addr& link, const circuit_opened& opened) {
  auto named = awaited.extract({link, opened.circuit});
  auto wanted = named.empty() ? awaited.extract({link, 0}) : std::move(named);
  auto handle = caf::actor_cast<caf::actor>(link);
  if (wanted.empty() || !handle)
    return;
  auto& [url, side, dial, octets] = wanted.mapped();
  auto circuit = std::make_unique<relay_pipe>(handle, opened.circuit, url);
  circuit->handle_credit(opened.octets);
  auto id = pipes.add(std::move(circuit), dial);
  if (opening)
    return;
  session.attach_pipe(now(), id, side);
  session.handle_message(now(), id, octets);
}

void noise_stream_state::circuit_failed(const awaited_circuit& wanted) {
  if (wanted.dial != 0)
    act::anon_mail(pipe_failed{wanted.dial, false}).send(settings.supervisor);
  else if (!session.is_established() && !session.is_closed())
    session.abort(now(), session::errc::path_lost);
}

/// `circuit` is 0 when it could not be had at all.
void noise_stream_state::handle_circuit_closed(const caf::actor_addr& link, circuit_id circuit) {
  if (auto line = pipes.circuit(link, circuit))
    line->handle_closed();
  else if (auto wanted = awaited.extract({link, circuit}); !wanted.empty())
    circuit_failed(wanted.mapped());
}

void noise_stream_state::handle_relay_lost(const std::string& url) {
  pipes.relay_lost(url);
  for (auto i = awaited.begin(); i != awaited.end();) {
    auto wanted = i++;
    if (wanted->second.url == url)
      circuit_failed(awaited.extract(wanted).mapped());
  }
}

} // namespace warren
