// What comes in: pipe frames, records, and the frames in them.
#include "transports/session/engine.hpp"

#include <algorithm>

namespace warren::session {

namespace {

template <class Frame, class List>
constexpr bool is_one_of = false;

template <class Frame, class... Others>
constexpr bool is_one_of<Frame, std::variant<Others...>> = (std::is_same_v<Frame, Others> || ...);

template <class Frame>
constexpr bool may_follow_close = is_one_of<
    Frame, std::variant<
               wire::ping, wire::rekey, wire::hand_over, wire::channel_window, wire::channel_refuse,
               wire::channel_close>>;

} // namespace

void engine::handle_message(time_point now, pipe_id id, byte_view octets) {
  if (closed_)
    return;
  out_.counters.bytes_in += octets.size();
  for (;;) {
    auto* from = find_pipe(id); // a frame may have let go of it
    if (closed_)
      return;
    if (from == nullptr) {
      out_.counters.unknown_pipe += octets.size();
      return;
    }
    auto frame = from->reader.next(octets);
    if (!frame)
      return on_broken_pipe(now, *from, frame.error());
    if (!*frame)
      return;
    on_pipe_frame(now, *from, **frame);
  }
}

// Called when a pipe's octets cannot be cut into frames.
void engine::on_broken_pipe(time_point now, pipe& from, std::error_code why) {
  auto reason = static_cast<errc>(why.value());
  if (from.resuming())
    return refuse_resume(from, reason);
  if (from.phase == pipe_phase::live)
    return on_garbled_pipe(now, from, reason);
  if (from.phase == pipe_phase::handshake && reason == errc::oversized_frame)
    reason = errc::handshake_too_large;
  fail(reason);
}

// Called when a pipe that carries records brings what the peer cannot have sent there: what came before is good, the rest
// can be had again over another pipe. Whoever can change octets under way can also stop them, but shall not find it easier
// to end the session so; and shall not keep both sides busy with new pipes for ever.
void engine::on_garbled_pipe(time_point now, pipe& from, errc why) {
  if (!admitted_ || !garbled_pipes_.take(now))
    return fail(why);
  if (auto* counter = counter_of(out_.counters, why))
    ++*counter;
  ++out_.counters.garbled_pipes;
  auto id = from.id;
  out_.events.push_back(pipe_released{id, why});
  forget(now, id);
}

void engine::on_pipe_frame(time_point now, pipe& from, const pipe_frame& frame) {
  using enum wire::pipe_frame_kind;
  if (from.phase == pipe_phase::handshake)
    return on_handshake(now, from, frame);
  if (from.phase == pipe_phase::live) {
    if (frame.kind == record)
      return on_record(now, from, frame);
    if (frame.kind == refuse && !from.proven)
      return on_refusal(now, from);
    return on_garbled_pipe(now, from, errc::unexpected_frame);
  }
  switch (frame.kind) {
    case resume_request:
      return on_resume_request(now, from, frame.body);
    case resume_challenge:
      return on_resume_challenge(now, from, frame.body);
    case resume_confirm:
      return on_resume_confirm(now, from, frame.body);
    case refuse:
      return on_refusal(now, from);
    default:
      return refuse_resume(from, errc::unexpected_frame);
  }
}

// Called when whoever answers on a pipe that we dialled does not know the session. After both closes that is as good as the
// acknowledgement which got lost: the peer has ended. Otherwise it may be another peer that has the address now.
void engine::on_refusal(time_point now, pipe& from) {
  auto id = from.id;
  bool dialled = from.side == role::initiator;
  if (from.resuming())
    refuse_resume(from, errc::resume_refused);
  else
    out_.events.push_back(pipe_released{id, errc::resume_refused});
  forget(now, id);
  if (!closed_ && dialled && active_ == nullptr && closing_ && closing_->sent && closing_->received)
    end(closing_->reason, closing_->by_peer);
}

void engine::put_handshake(pipe& to, byte_view message) {
  if (message.empty())
    return;
  wire::put_pipe_header(to.outbox, wire::pipe_frame_kind::handshake, message.size());
  put(to.outbox, message);
}

void engine::on_handshake(time_point now, pipe& from, const pipe_frame& frame) {
  if (frame.kind != wire::pipe_frame_kind::handshake)
    return fail(errc::unexpected_frame);
  auto answer = handshake_->on_message(random_, frame.body);
  if (!answer) {
    auto reason = static_cast<errc>(answer.error().value());
    put_handshake(from, handshake_->last_word());
    if (handshake_->is_done()) // the initiator's keys are proved: it may be told why it is not wanted
      establish(now, from);
    return fail(reason);
  }
  put_handshake(from, *answer);
  if (!handshake_->is_done())
    return;
  auto payload = *handshake_->peer();
  establish(now, from);
  phase_deadline_ = now + config_.limits.admission_timeout;
  peer_knows_cut_short_ = (payload.features & wire::cut_short_feature) != 0;
  if (config_.limits.compression && (payload.features & wire::compression_feature) != 0)
    channels_.negotiate_compression();
  weigh_compression();
  liveness_.on_pipe_active(now, false);
  out_.events.push_back(pipe_active{from.id});
  out_.events.push_back(established{
      *peer_, payload.instance, config_.local_role, (payload.features & wire::holds_session_feature) != 0});
}

void engine::on_record(time_point now, pipe& from, const pipe_frame& frame) {
  byte_reader reader{frame.body};
  auto number = reader.be<std::uint32_t>();
  if (!reader.ok())
    return on_garbled_pipe(now, from, errc::truncated_record);
  auto& opener = records_->opener;
  // The number on the wire is the low half of the true one; those that can come lie around what this pipe expects.
  auto ahead = static_cast<std::int32_t>(number - static_cast<std::uint32_t>(from.receive_next));
  if (ahead < 0)
    return on_garbled_pipe(now, from, errc::replayed_record);
  auto true_number = from.receive_next + static_cast<std::uint32_t>(ahead);
  if (true_number > opener.next())
    return on_garbled_pipe(now, from, errc::missing_record);
  from.receive_next = true_number + 1;
  if (true_number < opener.next()) {
    ++out_.counters.records_skipped; // it came on another pipe before
    return;
  }
  byte_view header{frame.header.data(), wire::record_header_size}; // the body follows the header
  auto text = opener.open(header, reader.rest());
  if (!text) {
    auto why = static_cast<errc>(text.error().value());
    // Which pipe it comes on changes nothing about a key that is used up.
    return why == errc::rekey_overdue ? fail(why) : on_garbled_pipe(now, from, why);
  }
  ++out_.counters.records_in;
  if (!from.proven) {
    from.proven = true;
    from.deadline.reset();
    ++out_.counters.resumes;
    settle_standby(from);
  }
  on_record_text(now, from, *text);
}

void engine::on_record_text(time_point now, pipe& from, byte_view text) {
  bool eliciting = false;
  bool at_once = false;
  byte_reader reader{text};
  while (!reader.rest().empty()) {
    auto frame = wire::take_frame(reader);
    bool misplaced_rekey = frame && std::holds_alternative<wire::rekey>(*frame) && !reader.rest().empty();
    if (!frame || misplaced_rekey)
      return fail(errc::malformed_frame);
    eliciting = eliciting || !std::holds_alternative<wire::ack>(*frame);
    at_once =
        at_once || std::holds_alternative<wire::ping>(*frame) || std::holds_alternative<wire::close>(*frame);
    if (auto violated = on_frame(now, from, *frame))
      return fail(static_cast<errc>(violated.value()));
    if (closed_)
      return;
  }
  liveness_.on_record_received(now, eliciting, at_once);
  end_if_closed_by_both();
}

std::error_code engine::on_frame(time_point now, pipe& from, const wire::frame& frame) {
  return std::visit(
      [&](const auto& f) -> std::error_code {
        using type = std::decay_t<decltype(f)>;
        if constexpr (std::is_same_v<type, wire::ack>)
          return on_ack(now, from, f);
        else if (closing_ && closing_->received && !may_follow_close<type>)
          return errc::unexpected_frame;
        else if constexpr (std::is_same_v<type, wire::ping>)
          return {};
        else if constexpr (std::is_same_v<type, wire::rekey>)
          return records_->opener.rekey(), ++out_.counters.rekeys_in, std::error_code{};
        else if constexpr (std::is_same_v<type, wire::hand_over>)
          return on_hand_over(now, from, f), std::error_code{};
        else if constexpr (std::is_same_v<type, wire::admit>)
          return on_admit();
        else if constexpr (std::is_same_v<type, wire::close>)
          return on_close(now, f), std::error_code{};
        else if (!admitted_)
          return errc::unexpected_frame;
        else {
          if (std::is_same_v<type, wire::channel_data> && closing_)
            on_drain_progress(now);
          return channels_.on_frame(now, f);
        }
      },
      frame);
}

std::error_code engine::on_ack(time_point now, const pipe& from, const wire::ack& f) {
  if (f.next > retained_.next())
    return errc::bad_acknowledgement;
  if (f.next <= retained_.first())
    return {}; // an older one, repeated after a resume
  // However slow the path: what was accepted still gets through. Acknowledged pings are no progress.
  if (closing_ && !closing_->drain_over && last_data_ && retained_.first() <= *last_data_)
    on_drain_progress(now);
  std::chrono::microseconds delay{f.delay};
  auto retained = retained_.size();
  acknowledge(f.next);
  if (&from == active_) {
    rate_.on_acknowledged(now, f.next, retained - retained_.size(), delay);
    weigh_compression();
    let_go_of_suspects();
  }
  liveness_.on_acknowledged(now, f.next, delay, retained_.has_eliciting());
  return {};
}

// Called when more is known of the active pipe. As long as nothing is, messages are compressed: on a fast path that costs some
// time for what is sent in the first round trip, on a slow one the other way round would cost more.
void engine::weigh_compression() {
  auto rate = rate_.rate();
  channels_.use_compression(!rate || *rate < config_.limits.compress_below);
}

std::error_code engine::on_admit() {
  if (admitted_ || arbiter())
    return errc::unexpected_frame;
  if (!closing_)
    become_admitted();
  return {};
}

void engine::on_close(time_point now, const wire::close& f) {
  auto reason = reason_from_wire(f.reason);
  if (f.at_once)
    return end(reason, true);
  if (!closing_)
    begin_closing(now, reason, true);
  else if (reason == errc::cut_short)
    note_cut_short(); // the peer dropped what it had accepted
  closing_->received = true;
}

} // namespace warren::session
