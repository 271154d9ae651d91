#include "transports/udx/sender.hpp"

#include <algorithm>
#include <utility>

namespace warren::udx {

bool sender::acceptable(sequence_number ack) const noexcept {
  auto ahead = std::int64_t{ack - board_.una()};
  return ahead <= static_cast<std::int64_t>(board_.outstanding())
         && ahead >= -static_cast<std::int64_t>(max_packets_in_flight);
}

void sender::handle_acks(time_point now, const packet& in) {
  window_.update(in.header, board_.una());
  auto in_flight_before = board_.in_flight();
  delivery news;
  take_cumulative_ack(now, in.header.ack, news);
  if (auto area = in.sack_area(); !area.empty())
    take_sack(now, area, news);
  if (news.packets > 0)
    after_delivery(now, news, in_flight_before);
}

void sender::take_cumulative_ack(time_point now, sequence_number ack, delivery& news) {
  std::size_t octets = 0;
  while (board_.una() < ack) {
    auto& arrived = board_[board_.una()];
    if (arrived.where != segment::place::sacked)
      on_delivered(now, board_.una(), arrived, news);
    octets += arrived.length;
    board_.pop();
  }
  store_.drop(octets);
  counters_.octets_out += octets;
}

void sender::take_sack(time_point now, byte_view area, delivery& news) {
  auto count = std::min(area.size() / sack_block_size, max_sack_blocks);
  for (std::size_t i = 0; i < count; ++i) {
    auto block = read_sack_block(area, i);
    if (!in_flight_block(block)) {
      ++counters_.bad_sack_block;
      continue;
    }
    for (auto seq = board_.next_unsacked(block.start); seq < block.end; seq = board_.next_unsacked(seq)) {
      on_delivered(now, seq, board_[seq], news);
      board_.mark_sacked(seq);
    }
  }
}

// udx.md section 5. Measured from snd.una, as two numbers half the space apart are before and behind each other.
bool sender::in_flight_block(const sack_block& block) const noexcept {
  auto start = std::int64_t{block.start - board_.una()};
  auto end = std::int64_t{block.end - board_.una()};
  return 0 <= start && start < end && end <= static_cast<std::int64_t>(board_.outstanding());
}

void sender::on_delivered(time_point now, sequence_number seq, const segment& arrived, delivery& news) {
  ++news.packets;
  if (controller_->wants_rate_samples())
    rate_.on_delivered(now, seq, arrived.sent);
  rack_.on_delivered(now, seq, arrived, rtt_.min_rtt());
  auto too_soon = arrived.retransmitted && now - arrived.sent < rtt_.min_rtt();
  if (arrived.where == segment::place::lost || too_soon) {
    ++episode_spurious_;
    rack_.on_spurious_loss(now, rtt_.srtt());
  }
  if (seq >= round_end_)
    news.latest_round = true;
  // Karn's rule: an answer to a repeated packet may be to any of its transmissions.
  news.repeated = news.repeated || arrived.retransmitted;
  if (!arrived.retransmitted && (!news.sample_sent || arrived.sent > *news.sample_sent))
    news.sample_sent = arrived.sent;
  if (arrived.padding > 0)
    mtu_.on_probe_acked();
}

void sender::after_delivery(time_point now, delivery& news, std::size_t in_flight_before) {
  tail_probe_.progress = true;
  tail_probe_.unanswered = 0;
  tail_probe_.postponed = false;
  // Filling a hole also acknowledges what arrived long ago, where the peer could not report it: no sample.
  if (news.sample_sent && !news.repeated) {
    news.rtt = now - *news.sample_sent;
    rtt_.sample(now, news.rtt);
  } else {
    rtt_.on_unmeasured_arrival();
  }
  if (!path_change_end_)
    mtu_.on_path_proven();
  if (path_change_end_ && board_.una() >= *path_change_end_) {
    path_change_end_.reset();
    path_proven_ = true;
  }
  finish_tail_probe(now);
  if (phase_ != phase::open && board_.una() >= recovery_point_)
    leave_recovery();
  detect_losses(now);
  if (phase_ == phase::recovery)
    prr_.on_delivered(news.packets, board_.in_flight());
  tell_controller(now, news, in_flight_before);
  restart_retransmission_timer(now);
  schedule_tail_probe(now);
}

void sender::tell_controller(time_point now, const delivery& news, std::size_t in_flight_before) {
  ack_sample sample;
  sample.now = now;
  sample.acked = news.packets;
  sample.in_flight = in_flight_before;
  sample.srtt = rtt_.srtt();
  sample.latest_rtt = rtt_.latest();
  sample.round_ended = news.latest_round;
  sample.in_flight_after = board_.in_flight();
  sample.rtt = news.rtt;
  sample.recovering = phase_ == phase::recovery;
  sample.cwnd_limited = cwnd_limited_ || cwnd_limited_last_;
  if (controller_->wants_rate_samples()) {
    sample.rate = rate_.take(rtt_.min_rtt());
    sample.delivered = rate_.delivered();
  }
  controller_->on_ack(sample);
  if (controller_->holds_back())
    rate_.on_app_limited(board_.in_flight());
  if (!news.latest_round)
    return;
  round_end_ = board_.nxt();
  cwnd_limited_last_ = std::exchange(cwnd_limited_, false);
}

void sender::detect_losses(time_point now) {
  timers_.stop(timer::reordering);
  auto window = rack_.reordering_window(rtt_, phase_ != phase::open, board_.sacked());
  auto congestion = false;
  auto probe = false;
  while (board_.in_flight() > 0) {
    auto seq = board_.oldest_in_flight();
    auto& candidate = board_[seq];
    if (!rack_.sent_before(seq, candidate))
      break;
    if (auto at = rack_.lost_at(candidate, window); at > now) {
      // The others behind it follow, one expiry later each at worst.
      timers_.set(timer::reordering, at);
      break;
    }
    (note_lost(seq) ? congestion : probe) = true;
  }
  if (probe)
    mtu_.on_probe_lost(!congestion && phase_ == phase::open);
  if (congestion && phase_ == phase::open)
    enter_recovery(now);
}

// Returns true if the loss tells of congestion: that of an MTU probe does not.
bool sender::note_lost(sequence_number seq) {
  auto& lost = board_[seq];
  auto probe = lost.padding > 0;
  lost.padding = 0;
  board_.mark_lost(seq);
  ++episode_losses_;
  if (!probe && controller_->wants_rate_samples())
    controller_->on_lost(rate_.on_lost(seq), rate_.delivered());
  return !probe;
}

void sender::enter_recovery(time_point now) {
  phase_ = phase::recovery;
  recovery_point_ = board_.nxt();
  auto flight = board_.in_flight() + board_.lost();
  controller_->on_congestion_event(now);
  prr_.start(flight, controller_->cwnd());
}

void sender::leave_recovery() noexcept {
  if (phase_ == phase::recovery && episode_spurious_ >= episode_losses_)
    controller_->on_spurious_loss();
  rack_.on_recovery_ended();
  controller_->on_recovery_ended();
  episode_losses_ = episode_spurious_ = 0;
  phase_ = phase::open;
}

// RFC 8985 section 7.4.2, with time in place of DSACK.
void sender::finish_tail_probe(time_point now) {
  auto& episode = tail_probe_.outstanding;
  if (!episode || board_.una() < episode->end_seq)
    return;
  auto repaired_loss = episode->repeated && now - episode->sent >= rtt_.min_rtt();
  episode.reset();
  if (repaired_loss && phase_ == phase::open)
    controller_->on_congestion_event(now);
}

} // namespace warren::udx
