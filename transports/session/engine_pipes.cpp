// The pipes of a session: the first one, later ones that resume, and which one carries the records.
//
// A switch happens per direction. Each side moves its sending to the new pipe once the other has proved itself on it (the
// dialler at the challenge, the acceptor at the confirmation), and goes on receiving from both. Records carry numbers, so
// those that come a second time are skipped. The dialler lets go of the old pipe when the first record, an acknowledgement
// if nothing else is to be sent, comes on the new one; the acceptor at once, since the dialler has switched already.
//
// Should both sides dial at the same time, the arbiter's pipe wins: it refuses the other's while its own is under way. Not
// for long, as its own may lead nowhere.
#include "transports/session/engine.hpp"

#include "transports/crypto/secret.hpp"

#include <algorithm>

namespace warren::session {

pipe* engine::find_pipe(pipe_id id) noexcept {
  auto found = std::ranges::find(pipes_, id, &pipe::id);
  return found == pipes_.end() ? nullptr : &*found;
}

std::optional<pipe_id> engine::active_pipe() const noexcept {
  return active_ != nullptr ? std::optional{active_->id} : std::nullopt;
}

void engine::attach_pipe(time_point now, pipe_id id, role side) {
  if (closed_ || find_pipe(id) != nullptr)
    return;
  bool first = pipes_.empty() && !records_;
  auto phase = side == role::initiator ? pipe_phase::resume_dialled : pipe_phase::resume_accepted;
  bool has_room = first || (phase == pipe_phase::resume_accepted ? make_room_for_unproved() : make_room());
  if (!has_room || (!first && !records_)) {
    out_.events.push_back(pipe_released{id, errc::limit_reached});
    return;
  }
  auto& fresh = pipes_.emplace_back(id, side, first ? pipe_phase::handshake : phase);
  if (!first)
    return start_resume(now, fresh);
  active_ = &fresh;
  if (config_.local_role != role::initiator)
    return;
  auto message = handshake_->start(random_);
  wire::put_pipe_header(fresh.outbox, wire::pipe_frame_kind::handshake, message.size());
  put(fresh.outbox, message);
}

bool engine::let_go_of_oldest(pipe_phase phase) {
  auto oldest = std::ranges::find(pipes_, phase, &pipe::phase);
  if (oldest == pipes_.end())
    return false;
  release(oldest->id, errc::limit_reached);
  return true;
}

// Called before a pipe of the peer comes whose request is not read. Anybody who has seen the session's id can make such pipes, so
// they have places of their own.
bool engine::make_room_for_unproved() {
  auto unproved = std::ranges::count(pipes_, pipe_phase::resume_accepted, &pipe::phase);
  return static_cast<std::size_t>(unproved) < max_unproved_pipes
         || let_go_of_oldest(pipe_phase::resume_accepted);
}

// Called before a pipe of ours comes, or one of the peer's with a good request takes a place. A request may have been recorded, so
// whoever does not confirm has to give way.
bool engine::make_room() {
  auto unproved = std::ranges::count(pipes_, pipe_phase::resume_accepted, &pipe::phase);
  return pipes_.size() - static_cast<std::size_t>(unproved) < max_pipes
         || let_go_of_oldest(pipe_phase::resume_challenged);
}

void engine::start_resume(time_point now, pipe& fresh) {
  fresh.deadline = now + config_.limits.handshake_timeout;
  fresh.since = now;
  random_.fill(fresh.own_nonce);
  if (fresh.side != role::initiator)
    return;
  const auto& keys = records_->resume;
  wire::put(
      fresh.outbox,
      wire::resume_request{
          keys.id().octets, fresh.own_nonce, keys.request_proof(config_.local_role, fresh.own_nonce)});
}

void engine::pipe_lost(time_point now, pipe_id id) {
  if (!closed_ && find_pipe(id) != nullptr)
    forget(now, id);
}

void engine::pipe_writable(pipe_id id, std::size_t octets) {
  if (auto* found = find_pipe(id))
    found->writable = octets;
}

// Called when a pipe is gone. Another live one takes over, or the session waits for a resume.
void engine::forget(time_point now, pipe_id id) {
  bool was_active = active_ != nullptr && active_->id == id;
  if (was_active)
    active_ = nullptr;
  pipes_.remove_if([&](const pipe& p) { return p.id == id; });
  if (!was_active)
    return;
  if (!records_)
    return fail(errc::path_lost);
  if (auto* other = best_standby()) {
    hand_over(now, *other);
    if (other->suspect) // better than nothing; something else may do better
      tell_suspicion();
    return;
  }
  liveness_.on_pipe_gone();
  resume_deadline_ = now + config_.limits.resume_window;
  if (closing_)
    return close_without_pipe();
  out_.events.push_back(pipe_needed{*resume_deadline_});
}

void engine::release(pipe_id id, std::error_code why) {
  pipes_.remove_if([&](const pipe& p) { return p.id == id; });
  out_.events.push_back(pipe_released{id, why});
}

// Called when both sides have switched to `newest`. The pipe left last stays as a standby, if it was not silent; older ones
// go. One that is younger than `newest` belongs to a switch still under way.
void engine::settle_standby(const pipe& newest) {
  std::vector<pipe_id> left;
  for (const auto& p : pipes_) {
    if (p.id == newest.id)
      break;
    if (&p != active_)
      left.push_back(p.id);
  }
  auto kept = left.rend();
  for (auto id = left.rbegin(); id != left.rend() && kept == left.rend(); ++id)
    if (const auto* p = find_pipe(*id); p->phase == pipe_phase::live && p->proven && !p->suspect)
      kept = id;
  if (kept != left.rend())
    out_.events.push_back(pipe_standby{*kept});
  for (auto id = left.rbegin(); id != left.rend(); ++id)
    if (id != kept && !find_pipe(*id)->suspect)
      release(*id, {});
}

pipe* engine::best_standby() noexcept {
  auto usable = [&](const pipe& p) { return &p != active_ && p.phase == pipe_phase::live; };
  auto found = std::ranges::find_if(pipes_, [&](const pipe& p) { return usable(p) && !p.suspect; });
  if (found == pipes_.end())
    found = std::ranges::find_if(pipes_, usable);
  return found == pipes_.end() ? nullptr : &*found;
}

// Goes on over a pipe that both sides have. What is unacknowledged and was not written to it before is repeated there; the
// other side follows when it reads the frame.
void engine::hand_over(time_point now, pipe& to) {
  ++out_.counters.hand_overs;
  out_.control.push_front(wire::hand_over{++epoch_});
  activate(now, to);
}

void engine::on_suspicion(time_point now) {
  active_->suspect = true;
  auto* other = best_standby();
  if (other != nullptr && !other->suspect)
    hand_over(now, *other);
  else
    tell_suspicion();
}

void engine::tell_suspicion() {
  liveness_.suspicion_told();
  out_.events.push_back(pipe_suspect{active_->id});
}

void engine::on_hand_over(time_point now, pipe& from, const wire::hand_over& f) {
  if (f.epoch < epoch_ || (f.epoch == epoch_ && arbiter()))
    return;
  epoch_ = f.epoch;
  if (&from != active_)
    activate(now, from);
}

// Called when the pipe in use brought an acknowledgement: those that were silent are not needed any more.
void engine::let_go_of_suspects() {
  active_->suspect = false;
  for (auto p = pipes_.begin(); p != pipes_.end();) {
    auto silent = p->suspect && &*p != active_;
    if (silent)
      out_.events.push_back(pipe_dead{p->id});
    p = silent ? pipes_.erase(p) : std::next(p);
  }
}

void engine::release_pipe(pipe_id id) {
  if (auto* found = find_pipe(id); !closed_ && found != nullptr && found != active_)
    release(id, {});
}

void engine::activate(time_point now, pipe& next) {
  active_ = &next;
  resume_deadline_.reset();
  liveness_.on_pipe_active(now, retained_.has_eliciting());
  liveness_.require_ack();
  rate_.on_path(retained_.has_eliciting());
  weigh_compression();
  out_.events.push_back(pipe_active{next.id});
}

void engine::check_resume_deadlines(time_point now) {
  std::vector<pipe_id> late;
  for (const auto& p : pipes_)
    if (p.deadline && *p.deadline <= now)
      late.push_back(p.id);
  for (auto id : late) {
    if (closed_)
      return;
    out_.events.push_back(pipe_released{id, errc::handshake_timeout});
    forget(now, id);
  }
}

// -- resume --------------------------------------------------------------------------------------------------------------

// Of the pipes dialled here, those on which the switch is not done.
bool engine::goes_before_peers(time_point now, const pipe& own) const noexcept {
  return arbiter() && own.side == role::initiator && now - own.since < config_.limits.resume_precedence
         && (own.phase == pipe_phase::resume_dialled || (own.phase == pipe_phase::live && !own.proven));
}

// Called when a pipe does not get to carry the session. The peer sees it closed.
void engine::refuse_resume(pipe& candidate, errc why) {
  if (auto* counter = counter_of(out_.counters, why))
    ++*counter;
  release(candidate.id, why);
}

void engine::on_resume_request(time_point now, pipe& from, byte_view body) {
  const auto& keys = records_->resume;
  auto request = wire::decode_resume_request(body);
  if (!request || from.phase != pipe_phase::resume_accepted)
    return refuse_resume(from, errc::unexpected_frame);
  auto expected = keys.request_proof(other(config_.local_role), request->nonce);
  if (request->session != keys.id().octets || !crypto::equal_in_constant_time(expected, request->proof))
    return refuse_resume(from, errc::bad_resume_proof);
  if (std::ranges::any_of(pipes_, [&](const pipe& p) { return goes_before_peers(now, p); }))
    return refuse_resume(from, errc::resume_refused);
  auto is_same = [&](const pipe& p) {
    return p.phase == pipe_phase::resume_challenged && p.peer_nonce == request->nonce;
  };
  if (std::ranges::any_of(pipes_, is_same)) // recorded: whoever dials draws a nonce for each pipe
    return refuse_resume(from, errc::bad_resume_proof);
  if (!make_room())
    return refuse_resume(from, errc::limit_reached);
  from.peer_nonce = request->nonce;
  from.phase = pipe_phase::resume_challenged;
  from.receive_next = records_->opener.next();
  auto proof = keys.challenge_proof(config_.local_role, from.peer_nonce, from.own_nonce, from.receive_next);
  wire::put(from.outbox, wire::resume_challenge{from.own_nonce, from.receive_next, proof});
}

void engine::on_resume_challenge(time_point now, pipe& from, byte_view body) {
  const auto& keys = records_->resume;
  auto challenge = wire::decode_resume_challenge(body);
  if (!challenge || from.phase != pipe_phase::resume_dialled)
    return refuse_resume(from, errc::unexpected_frame);
  auto expected =
      keys.challenge_proof(other(config_.local_role), from.own_nonce, challenge->nonce, challenge->next);
  if (!crypto::equal_in_constant_time(expected, challenge->proof))
    return refuse_resume(from, errc::bad_resume_proof);
  if (challenge->next > retained_.next())
    return fail(errc::bad_acknowledgement);
  from.receive_next = records_->opener.next();
  auto proof = keys.confirm_proof(config_.local_role, from.own_nonce, challenge->nonce, from.receive_next);
  wire::put(from.outbox, wire::resume_confirm{from.receive_next, proof});
  from.send_next = challenge->next; // poll_transmit skips what was acknowledged since
  from.phase = pipe_phase::live;
  from.reader.max_frame(wire::max_pipe_frame);
  activate(now, from);
}

void engine::on_resume_confirm(time_point now, pipe& from, byte_view body) {
  const auto& keys = records_->resume;
  auto confirm = wire::decode_resume_confirm(body);
  if (!confirm || from.phase != pipe_phase::resume_challenged)
    return refuse_resume(from, errc::unexpected_frame);
  auto expected =
      keys.confirm_proof(other(config_.local_role), from.peer_nonce, from.own_nonce, confirm->next);
  if (!crypto::equal_in_constant_time(expected, confirm->proof))
    return refuse_resume(from, errc::bad_resume_proof);
  bool own_switched = std::ranges::any_of(
      pipes_, [&](const pipe& p) { return p.phase == pipe_phase::live && goes_before_peers(now, p); });
  if (own_switched)
    return refuse_resume(from, errc::resume_refused);
  if (confirm->next > retained_.next())
    return fail(errc::bad_acknowledgement);
  from.send_next = confirm->next;
  from.phase = pipe_phase::live;
  from.proven = true;
  from.deadline.reset();
  from.reader.max_frame(wire::max_pipe_frame);
  ++out_.counters.resumes;
  activate(now, from);
  settle_standby(from);
}

} // namespace warren::session
