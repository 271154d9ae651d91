#include "transports/session/engine.hpp"

#include <algorithm>

namespace warren::session {

namespace {

// Pings may be late by this part of limits::idle_ping_after, so that those of many connections fall on the same moments: one
// wake-up of the process and full batches of packets serve them all.
constexpr duration::rep slack_divisor = 64;

liveness::settings liveness_settings(const config& settings, random_source& random) {
  const auto& bounds = settings.limits;
  auto share =
      settings.local_role == role::responder ? 1.25 : 0.75 + 0.25 * random.draw<std::uint16_t>() / 65'536.0;
  auto of = [share](duration interval) { return std::chrono::duration_cast<duration>(share * interval); };
  auto idle = std::max(bounds.ping_after, bounds.idle_ping_after);
  return {of(bounds.ping_after),  of(idle),          idle / slack_divisor, bounds.suspect_at_least,
          bounds.suspect_at_most, bounds.dead_after, bounds.ack_delay};
}

} // namespace

engine::engine(config settings, random_source& random, time_point now)
    : config_{std::move(settings)},
      random_{random},
      handshake_{
          std::in_place,
          config_.self,
          config_.local_role,
          config_.instance,
          peer_checks{config_.expected_peer, config_.allow, config_.holds_session},
          wire::cut_short_feature | (config_.limits.compression ? wire::compression_feature : 0)},
      channels_{config_.limits, config_.local_role, out_},
      liveness_{liveness_settings(config_, random)},
      phase_deadline_{now + config_.limits.handshake_timeout},
      garbled_pipes_{
          double(config_.limits.garbled_pipes),
          1 / std::chrono::duration<double>{config_.limits.garbled_pipe_interval}.count()} {
  out_.buffers = config_.buffers;
}

const session_id& engine::id() const noexcept {
  static const session_id none;
  return records_ ? records_->resume.id() : none;
}

void engine::release_spare() noexcept {
  retained_.release_spare();
  for (auto& each : pipes_)
    each.reader.release_spare();
  if (records_)
    records_->opener.release_spare();
  if (out_.buffers)
    out_.buffers->release();
}

bool engine::arbiter() const noexcept {
  return peer_ && config_.self->id() < *peer_;
}

std::optional<event> engine::poll_event() {
  if (out_.events.empty())
    return std::nullopt;
  auto next = std::move(out_.events.front());
  out_.events.pop_front();
  return next;
}

std::optional<time_point> engine::poll_timeout() const {
  if (closed_)
    return std::nullopt;
  std::optional<time_point> earliest;
  auto consider = [&](const std::optional<time_point>& deadline) {
    if (deadline && (!earliest || *deadline < *earliest))
      earliest = deadline;
  };
  consider(phase_deadline_);
  consider(resume_deadline_);
  consider(liveness_.deadline());
  consider(channels_.deadline());
  if (closing_)
    consider(closing_->deadline);
  for (const auto& p : pipes_)
    consider(p.deadline);
  return earliest;
}

void engine::handle_timeout(time_point now) {
  if (closed_)
    return;
  if (phase_deadline_ && *phase_deadline_ <= now)
    return fail(records_ ? errc::admission_timeout : errc::handshake_timeout);
  if (resume_deadline_ && *resume_deadline_ <= now)
    return fail(errc::path_lost);
  if (closing_ && closing_->deadline <= now)
    return on_closing_deadline(now);
  check_resume_deadlines(now);
  liveness_.on_time(now);
  channels_.request_opens(now);
  if (active_ != nullptr && liveness_.dead(now)) {
    out_.events.push_back(pipe_dead{active_->id});
    forget(now, active_->id);
  } else if (active_ != nullptr && liveness_.suspect(now)) {
    on_suspicion(now);
  }
}

// -- phases --------------------------------------------------------------------------------------------------------------

// Called when the last handshake message was read or written.
void engine::establish(time_point now, pipe& first) {
  peer_ = handshake_->peer()->peer;
  auto keys = std::move(*handshake_).split();
  handshake_.reset();
  const auto& bounds = config_.limits;
  records_.emplace(record_state{
      record_sealer{std::move(keys.send), bounds.rekey_after_records, bounds.rekey_after, now},
      record_opener{std::move(keys.receive)}, resume_keys{keys.exporter, keys.handshake_hash},
      keys.handshake_hash});
  first.phase = pipe_phase::live;
  first.proven = true;
  first.reader.max_frame(wire::max_pipe_frame);
}

void engine::admit() {
  if (closed_ || closing_ || admitted_ || !records_ || !arbiter())
    return;
  out_.control.push_back(wire::admit{});
  become_admitted();
}

void engine::become_admitted() {
  admitted_ = true;
  phase_deadline_.reset();
  out_.events.push_back(admitted{});
  channels_.start(records_->handshake_hash);
}

// -- end -----------------------------------------------------------------------------------------------------------------

void engine::close(time_point now, errc reason) {
  if (closed_ || closing_)
    return;
  if (!records_)
    return end(reason, false);
  begin_closing(now, reason, false);
  if (active_ == nullptr)
    close_without_pipe();
}

// Called when the session is closing and has no pipe. What was accepted is still to be delivered, so another pipe is awaited,
// until the deadlines of the end. Not before anything could be written; nor after another connection has taken over, as
// nobody dials for this one any more.
void engine::close_without_pipe() {
  if (!admitted_ || closing_->reason == errc::duplicate)
    return end(closing_->reason, closing_->by_peer);
  auto until = closing_->deadline + (closing_->drain_over ? duration{} : config_.limits.drain_timeout);
  out_.events.push_back(pipe_needed{std::min(until, *resume_deadline_)});
}

void engine::begin_closing(time_point now, errc reason, bool by_peer) {
  channels_.stop();
  phase_deadline_.reset();
  closing_.emplace();
  closing_->reason = reason;
  closing_->by_peer = by_peer;
  const auto& bounds = config_.limits;
  closing_->deadline = now + bounds.drain_timeout;
  closing_->last_deadline = std::max(now + bounds.longest_drain - bounds.drain_timeout, closing_->deadline);
}

// "In order" promises that everything was delivered; the other reasons do not.
void engine::note_cut_short() noexcept {
  if (closing_->reason == errc::closed_normally)
    closing_->reason = errc::cut_short;
}

// Called when something that was accepted before the end has got on.
void engine::on_drain_progress(time_point now) {
  closing_->deadline = std::min(now + config_.limits.drain_timeout, closing_->last_deadline);
}

void engine::cut_close() {
  if (!closing_ || closed_)
    return;
  if (!closing_->received)
    note_cut_short(); // of what the peer accepted something may be missing
  end(closing_->reason, closing_->by_peer);
}

void engine::on_closing_deadline(time_point now) {
  if (closing_->drain_over)
    return cut_close();
  closing_->drain_over = true;
  closing_->deadline = now + config_.limits.drain_timeout;
  closing_->last_deadline =
      std::max(closing_->last_deadline + config_.limits.drain_timeout, closing_->deadline);
}

void engine::end_if_closed_by_both() {
  if (closing_ && closing_->sent && closing_->received && retained_.first() > closing_->sent_in)
    end(closing_->reason, closing_->by_peer);
}

void engine::fail(errc reason, bool by_peer) {
  if (closed_)
    return;
  if (auto* counter = counter_of(out_.counters, reason))
    ++*counter;
  end(reason, by_peer);
}

void engine::end(errc reason, bool by_peer) {
  auto unconfirmed = has_unconfirmed_data();
  if (unconfirmed && reason == errc::closed_normally)
    reason = errc::cut_short;
  if (records_ && !closing_)
    closing_.emplace();
  if (closing_)
    closing_->reason = reason; // the newest; put_close sends it unless a close frame was sent
  channels_.stop();
  closed_ = true;
  last_record_due_ = records_.has_value();
  phase_deadline_.reset();
  resume_deadline_.reset();
  out_.events.push_back(session::closed{make_error_code(reason), by_peer, unconfirmed});
}

} // namespace warren::session
