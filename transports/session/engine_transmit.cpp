// What goes out: handshake and resume frames, records already sealed, then new ones.
#include "transports/session/engine.hpp"

#include <algorithm>

namespace warren::session {

namespace {

// Sealing less than this at once would cost more than it is worth; a pipe with less room gets the record in parts.
constexpr std::size_t least_record_text = 1024;

// Control frames and acknowledgements may go so far beyond limits::retained_bytes.
constexpr std::size_t control_reserve = 1u << 20;

// Returns the most text of a record, less tail_room, when a pipe takes `room` octets: whole strides, and rather a few octets more
// than fit than a record of its own for what is left.
std::size_t text_limit(std::size_t room) {
  constexpr auto stride = crypto::chacha20_poly1305::stride;
  constexpr auto besides = wire::record_header_size + wire::seal_size;
  static_assert(least_record_text % stride == 0);
  auto text = std::clamp(room - std::min(room, besides), least_record_text, longest_text);
  return (text + stride - 1) / stride * stride;
}

} // namespace

std::optional<transmit> engine::poll_transmit(time_point now) {
  for (auto& p : pipes_)
    if (auto out = take_outbox(p))
      return out;
  if (active_ == nullptr || active_->phase != pipe_phase::live || active_->writable == 0
      || !active_->outbox.empty())
    return std::nullopt;
  auto& to = *active_;
  if (to.send_offset == 0)
    to.send_next = std::max(to.send_next, retained_.first());
  if (retained_.find(to.send_next) == nullptr && !build_record(now, to.writable))
    return std::nullopt;
  return take_record(to);
}

std::optional<transmit> engine::take_outbox(pipe& to) {
  if (to.outbox_sent == to.outbox.size()) {
    to.outbox.clear();
    to.outbox_sent = 0;
    return std::nullopt;
  }
  auto size = std::min(to.writable, to.outbox.size() - to.outbox_sent);
  if (size == 0)
    return std::nullopt;
  auto part = byte_view{to.outbox}.subspan(to.outbox_sent, size);
  to.outbox_sent += size;
  to.writable -= size;
  out_.counters.bytes_out += size;
  return transmit{to.id, part};
}

std::optional<transmit> engine::take_record(pipe& to) {
  auto kept = retained_.find(to.send_next);
  auto record = kept->view();
  auto size = std::min(to.writable, record.size() - to.send_offset);
  auto part = record.subspan(to.send_offset, size);
  to.send_offset += size;
  to.writable -= size;
  out_.counters.bytes_out += size;
  if (to.send_offset < record.size())
    return transmit{to.id, part, std::move(kept)};
  if (to.send_next < sent_high_)
    ++out_.counters.records_repeated;
  ++to.send_next;
  to.send_offset = 0;
  sent_high_ = std::max(sent_high_, to.send_next);
  return transmit{to.id, part, std::move(kept)};
}

// Seals the next record if there is something to send. `room`: what the pipe takes at once.
bool engine::build_record(time_point now, std::size_t room) {
  if (closed_ && !last_record_due_)
    return false;
  if (retained_.size() > config_.limits.retained_bytes + control_reserve)
    return false;
  auto& sealer = records_->sealer;
  text_.clear();
  bool with_ack = liveness_.ack_owed();
  if (with_ack) {
    auto delay = std::chrono::duration_cast<std::chrono::microseconds>(liveness_.held_back(now)).count();
    wire::put(
        text_.frames(), wire::ack{
                            records_->opener.next(),
                            static_cast<std::uint32_t>(std::clamp<std::int64_t>(delay, 0, 0xffffffff))});
  }
  auto start = text_.size();
  put_frames(now, text_, text_limit(room));
  bool eliciting = text_.size() > start;
  if (!eliciting && !(with_ack && (liveness_.ack_due() || closed_)))
    return false;
  bool rekey = sealer.rekey_due(now);
  if (rekey)
    wire::put(text_.frames(), wire::rekey{});
  eliciting = eliciting || rekey;
  auto number = sealer.next();
  auto record = retained_.take_buffer();
  sealer.seal(text_, *record);
  text_.clear();
  if (rekey) {
    sealer.rekey(now);
    ++out_.counters.rekeys_out;
  }
  retained_.push(std::move(record), eliciting);
  liveness_.on_record_sent(now, number, eliciting, with_ack);
  if (eliciting)
    rate_.on_record_sent(now, number);
  ++out_.counters.records_out;
  last_record_due_ = false;
  return true;
}

void engine::put_frames(time_point now, record_text& record, std::size_t limit) {
  if (closed_)
    return put_close(record, true);
  channels_.request_opens(now);
  while (!out_.control.empty() && record.size() + wire::max_control_frame <= limit) {
    wire::put(record.frames(), out_.control.front());
    out_.control.pop_front();
  }
  channels_.fill_windows(record, limit);
  if (liveness_.ping_due())
    wire::put(record.frames(), wire::ping{});
  if (retained_.size() < config_.limits.retained_bytes && !(closing_ && closing_->sent)) {
    if (channels_.fill_data(record, limit))
      last_data_ = records_->sealer.next();
  }
  if (close_due())
    put_close(record, false);
}

bool engine::close_due() const noexcept {
  return closing_ && out_.control.empty() && (closing_->drain_over || channels_.drained());
}

bool engine::has_unconfirmed_data() const noexcept {
  return !channels_.drained() || (last_data_ && retained_.first() <= *last_data_);
}

void engine::put_close(record_text& record, bool at_once) {
  if (closing_->sent)
    return;
  if (!at_once && !channels_.drained())
    note_cut_short(); // the drain is over, and the rest is dropped
  auto told =
      closing_->reason == errc::cut_short && !peer_knows_cut_short_ ? errc::shutting_down : closing_->reason;
  wire::put(record.frames(), wire::close{static_cast<std::uint16_t>(told), at_once});
  closing_->sent = true;
  closing_->sent_in = records_->sealer.next();
}

void engine::acknowledge(std::uint64_t next) {
  // A record that a pipe has sent half of must be sent whole, or the other side cannot cut the stream any more.
  for (auto& p : pipes_) {
    if (p.phase != pipe_phase::live || p.send_offset == 0 || p.send_next >= next)
      continue;
    auto rest = retained_.find(p.send_next)->view().subspan(p.send_offset);
    put(p.outbox, rest);
    ++p.send_next;
    p.send_offset = 0;
  }
  [[maybe_unused]] bool known = retained_.acknowledge(next);
}

} // namespace warren::session
