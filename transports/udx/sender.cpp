#include "transports/udx/sender.hpp"

#include <algorithm>
#include <utility>

namespace warren::udx {

namespace {

constexpr std::size_t max_padding = 255;

// So much may wait to be sent on the slowest path: about what one call to the system takes with segmentation offload.
constexpr std::size_t least_unsent = 64 * 1024;

// udx.md section 6: IP header, UDP header, UDX header.
std::size_t overhead_of(const endpoint& remote) {
  return (remote.address.family() == address_family::ipv4 ? 20 : 40) + 8 + header_size;
}

std::size_t ceiling_of(const config& settings) {
  return std::min(settings.max_mtu, largest_packet);
}

} // namespace

sender::sender(const config& settings, counters& counts, timer_table& timers)
    : counters_{counts},
      timers_{timers},
      keep_alive_{settings.keep_alive},
      algorithm_{settings.congestion},
      salt_{settings.local_id * 0x9e3779b9 + settings.remote_id},
      overhead_{overhead_of(settings.remote)},
      store_{settings.send_buffer},
      mtu_{settings.base_mtu, ceiling_of(settings)},
      controller_{make_congestion_controller(settings.congestion, salt_)} {
}

std::size_t sender::write(byte_view data, const std::shared_ptr<const void>& owner) {
  if (end_queued_)
    return 0;
  written_while_idle_ = written_while_idle_ || (unsent() == 0 && board_.outstanding() == 0);
  auto taken = store_.append(data, owner);
  write_cut_short_ = write_cut_short_ || taken < data.size();
  return taken;
}

std::size_t sender::room() const noexcept {
  if (end_queued_)
    return 0;
  // About a round trip's worth: the window of BBR is two of them, that of CUBIC has what waits in queues besides.
  auto wanted = std::max(least_unsent, controller_->cwnd() * max_payload() / 2);
  auto wanting = wanted - std::min(wanted, unsent());
  // Not in crumbs: what is written at once shares the writer's work.
  return wanting < wanted / 4 ? 0 : std::min(wanting, store_.room());
}

bool sender::take_writable() noexcept {
  // A quarter free, so that the writer is not woken for every packet.
  auto total = store_.room() + store_.size();
  if (!write_cut_short_ || end_queued_ || store_.room() < std::max<std::size_t>(total / 4, 1))
    return false;
  write_cut_short_ = false;
  return true;
}

bool sender::transmit(time_point now, transmit_batch& batch, const packet_stamp& stamp) {
  schedule_heartbeats(now);
  if (heartbeat_due_ && send_heartbeat(batch, stamp))
    heartbeat_due_ = false;
  auto packets_before = batch.size();
  if (tail_probe_.due && send_tail_probe(now, batch, stamp))
    tail_probe_.due = false;
  timers_.stop(timer::pacing);
  if (board_.lost() > 0 || has_new_packet())
    send_what_windows_allow(now, batch, stamp);
  note_what_limits();
  if (batch.size() == packets_before)
    return false;
  if (!timers_.is_set(timer::retransmission))
    restart_retransmission_timer(now);
  schedule_tail_probe(now);
  return true;
}

void sender::send_what_windows_allow(time_point now, transmit_batch& batch, const packet_stamp& stamp) {
  set_pace();
  for (;;) {
    auto repair = board_.lost() > 0;
    if (!window_allows() || (!repair && !may_send_new()))
      break;
    if (!pacer_.ready(now)) {
      timers_.set(timer::pacing, pacer_.next(now));
      break;
    }
    auto room = repair ? resend(now, batch, stamp, board_.first_lost()) : send_new(now, batch, stamp, true);
    if (!room)
      break;
  }
}

std::size_t sender::max_payload() const noexcept {
  return mtu_.mtu() - overhead_;
}

bool sender::window_allows() const noexcept {
  // With nothing in flight no arrival would ever allow for more.
  if (phase_ == phase::recovery && board_.in_flight() > 0 && controller_->reduces_proportionally())
    return prr_.may_send();
  return board_.in_flight() < controller_->cwnd();
}

bool sender::may_send_new() const noexcept {
  return has_new_packet() && board_.outstanding() < window_.packets(max_payload())
         && board_.outstanding() < max_packets_in_flight;
}

// RFC 8985 section 7.3: new data if there is any, else the last packet once more; either way past the
// windows. While losses are repaired, the next of them. Later ones: the oldest packet in flight.
bool sender::send_tail_probe(time_point now, transmit_batch& batch, const packet_stamp& stamp) {
  if (board_.in_flight() == 0)
    return true;
  auto repeated = tail_probe_.outstanding && tail_probe_.outstanding->repeated;
  if (board_.lost() > 0) {
    if (!resend(now, batch, stamp, board_.first_lost()))
      return false;
  } else if (
      tail_probe_.unanswered == 0 && has_new_packet() && board_.outstanding() < max_packets_in_flight) {
    if (!send_new(now, batch, stamp, false))
      return false;
  } else {
    // A second probe repeats what the peer is most likely to wait for.
    auto seq = tail_probe_.unanswered == 0 ? board_.latest_in_flight() : board_.oldest_in_flight();
    // A lost MTU probe does not tell of congestion.
    repeated = repeated || board_[seq].padding == 0;
    if (!resend(now, batch, stamp, seq))
      return false;
  }
  ++counters_.tail_loss_probes;
  tail_probe_.outstanding = tail_probe::episode{board_.nxt(), now, repeated};
  ++tail_probe_.unanswered;
  tail_probe_.postponed = false;
  return true;
}

bool sender::send_new(time_point now, transmit_batch& batch, const packet_stamp& stamp, bool may_pad) {
  auto payload = std::min(unsent(), max_payload());
  auto padding = may_pad ? probe_padding(now, payload) : 0;
  if (!batch.has_room(header_size + padding + payload))
    return false;
  segment fresh;
  fresh.offset = next_offset_;
  fresh.sent = now;
  fresh.length = static_cast<std::uint16_t>(payload);
  fresh.padding = static_cast<std::uint8_t>(padding);
  fresh.end = end_queued_ && payload == unsent();
  auto seq = board_.nxt();
  note_sent(now, seq);
  board_.push(fresh);
  next_offset_ += payload;
  end_sent_ = fresh.end;
  if (padding > 0) {
    mtu_.on_probe_sent();
    ++counters_.mtu_probes;
  }
  write_packet(batch, stamp, seq, fresh);
  timers_.stop(timer::keep_alive);
  return true;
}

bool sender::send_heartbeat(transmit_batch& batch, const packet_stamp& stamp) {
  if (!batch.has_room(header_size))
    return false;
  write_header(
      batch.prepare(header_size),
      {packet_type::heartbeat, 0, stamp.remote_id, stamp.rwnd, board_.nxt(), stamp.ack});
  batch.commit(header_size);
  ++counters_.heartbeats_out;
  return true;
}

bool sender::resend(time_point now, transmit_batch& batch, const packet_stamp& stamp, sequence_number seq) {
  if (!batch.has_room(header_size + board_[seq].length))
    return false;
  if (board_[seq].padding > 0)
    mtu_.on_probe_lost(true);
  note_sent(now, seq);
  board_.mark_resent(seq, now);
  write_packet(batch, stamp, seq, board_[seq]);
  ++counters_.retransmits;
  return true;
}

void sender::write_packet(
    transmit_batch& batch, const packet_stamp& stamp, sequence_number seq, const segment& what) {
  auto size = header_size + what.padding + what.length;
  auto out = batch.prepare(size);
  auto type = static_cast<std::uint8_t>(
      (what.length > 0 ? packet_type::data : 0) | (what.end ? packet_type::end : 0));
  write_header(out, {type, what.padding, stamp.remote_id, stamp.rwnd, seq, stamp.ack});
  auto padding = out.subspan(header_size, what.padding);
  std::fill(padding.begin(), padding.end(), std::byte{0});
  store_.copy(what.offset, out.subspan(header_size + what.padding));
  batch.commit(size);
  pacer_.on_sent(size);
  if (phase_ == phase::recovery)
    prr_.on_sent();
}

// udx.md section 12: no probing while a path change is under way.
std::size_t sender::probe_padding(time_point now, std::size_t payload) noexcept {
  auto size = path_change_end_ ? std::nullopt : mtu_.probe_size(now);
  if (!size)
    return 0;
  auto padding = *size - overhead_ - payload;
  return padding <= max_padding ? padding : 0;
}

void sender::set_pace() noexcept {
  if (pacer::too_fast(rtt_.srtt()))
    pacer_.stop();
  else
    pacer_.set_rate(controller_->pacing_rate(rtt_.srtt()) * static_cast<double>(mtu_.mtu()), mtu_.mtu());
}

// To be called before a packet is sent or sent again.
void sender::note_sent(time_point now, sequence_number seq) {
  controller_->on_sent(now, board_.in_flight() == 0 && rate_.app_limited());
  if (controller_->wants_rate_samples())
    rate_.on_sent(now, board_.una(), seq, board_.in_flight());
}

// To be called when nothing more may or can be sent.
void sender::note_what_limits() noexcept {
  auto full = board_.in_flight() >= controller_->cwnd();
  cwnd_limited_ = cwnd_limited_ || full;
  if (!full && board_.lost() == 0 && !has_new_packet())
    rate_.on_app_limited(board_.in_flight());
}

void sender::change_path(time_point now, const endpoint& remote) {
  overhead_ = overhead_of(remote);
  mtu_.restart();
  rtt_ = {};
  rack_ = {};
  tail_probe_ = {};
  pacer_ = {};
  controller_ = make_congestion_controller(algorithm_, salt_);
  rate_ = {};
  cwnd_limited_ = cwnd_limited_last_ = false;
  phase_ = phase::open;
  episode_losses_ = episode_spurious_ = 0;
  while (board_.in_flight() > 0)
    board_.mark_lost(board_.oldest_in_flight());
  timers_.stop(timer::tail_probe);
  timers_.stop(timer::reordering);
  if (board_.outstanding() == 0) {
    path_proven_ = true;
    path_change_end_.reset();
    return;
  }
  path_change_end_ = board_.nxt();
  restart_retransmission_timer(now);
}

bool sender::take_path_proven() noexcept {
  return std::exchange(path_proven_, false);
}

void sender::describe(stats& into) const noexcept {
  into.srtt = rtt_.srtt();
  into.min_rtt = rtt_.min_rtt();
  into.rto = rtt_.rto();
  into.cwnd = controller_->cwnd();
  into.in_flight = board_.in_flight();
  into.peer_window = window_.octets();
  into.mtu = mtu_.mtu();
  into.send_queue = store_.size();
}

void sender::release() noexcept {
  end_queued_ = end_sent_ = true;
  next_offset_ = store_.end();
  store_.release();
  board_.release();
  rate_.release();
  tail_probe_ = {};
  heartbeat_due_ = false;
}

} // namespace warren::udx
