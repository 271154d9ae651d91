#include "transports/session/liveness.hpp"

#include <algorithm>
#include <utility>

namespace warren::session {

namespace {

// RFC 9000 13.2.2: a receiver acknowledges at least every second packet that asks for it.
constexpr std::uint32_t eliciting_records_per_ack = 2;

// Paths change; BBR too forgets the shortest round trip after ten seconds (draft-cardwell-ccwg-bbr 2.9.1).
constexpr auto shortest_round_trip_window = std::chrono::seconds{10};

} // namespace

void liveness::on_pipe_active(time_point now, bool unacknowledged) {
  active_ = true;
  last_activity_ = now;
  probe_.reset();
  new_path_ = true;
  suspicion_told_ = false;
  waiting_since_.reset();
  if (unacknowledged)
    waiting_since_ = now;
}

void liveness::on_pipe_gone() {
  active_ = false;
  ping_due_ = false;
  ack_at_.reset(); // the next pipe starts with an acknowledgement anyway
  waiting_since_.reset();
  probe_.reset();
}

void liveness::on_record_received(time_point now, bool eliciting, bool at_once) {
  ack_owed_ = true;
  last_received_ = now;
  last_activity_ = now;
  if (!eliciting)
    return;
  idle_ = idle_ && at_once;
  if (++eliciting_received_ >= eliciting_records_per_ack || at_once)
    ack_due_ = true;
  else if (!ack_at_)
    ack_at_ = now + settings_.ack_delay;
}

void liveness::on_record_sent(time_point now, std::uint64_t number, bool eliciting, bool with_ack) {
  if (with_ack) {
    ack_owed_ = false;
    ack_due_ = false;
    eliciting_received_ = 0;
    ack_at_.reset();
  }
  if (!eliciting)
    return;
  last_activity_ = now;
  idle_ = std::exchange(ping_due_, false); // whatever asks for an acknowledgement does what a ping does
  if (!waiting_since_)
    waiting_since_ = now;
  if (!probe_)
    probe_ = probe{number, now};
}

void liveness::on_acknowledged(time_point now, std::uint64_t next, duration peer_delay, bool unacknowledged) {
  suspicion_told_ = false;
  if (waiting_since_)
    wait_ = std::max<duration>(now - *waiting_since_, wait_.value_or(duration{}) * 7 / 8);
  waiting_since_.reset();
  if (unacknowledged && active_)
    waiting_since_ = now;
  if (!probe_ || next <= probe_->number)
    return;
  auto sample = std::max<duration>(now - probe_->sent - std::max<duration>(peer_delay, {}), duration{1});
  note_round_trip(now, sample);
  probe_.reset();
}

void liveness::note_round_trip(time_point now, duration sample) {
  // RFC 6298 2.3: srtt = 7/8 srtt + 1/8 sample.
  rtt_ = rtt_ ? (*rtt_ * 7 + sample) / 8 : sample;
  if (std::exchange(new_path_, false))
    shortest_.reset();
  else if (now - window_since_ < shortest_round_trip_window) {
    shortest_ = std::min(shortest_.value_or(sample), sample);
    return;
  }
  shortest_before_ = std::exchange(shortest_, sample);
  window_since_ = now;
}

void liveness::on_time(time_point now) {
  if (ack_at_ && *ack_at_ <= now) {
    ack_at_.reset();
    ack_due_ = true;
  }
  if (active_ && !waiting_since_ && ping_at() <= now) {
    last_activity_ = now;
    ping_due_ = true;
  }
}

bool liveness::dead(time_point now) const noexcept {
  return active_ && waiting_since_ && now - *waiting_since_ >= settings_.dead_after;
}

time_point liveness::ping_at() const noexcept {
  auto interval = idle_ ? settings_.idle_ping_after : settings_.ping_after;
  auto at = (last_activity_ + interval).time_since_epoch();
  auto slack = std::max(settings_.ping_slack, duration{1});
  return time_point{(at + slack - duration{1}) / slack * slack};
}

duration liveness::patience() const noexcept {
  if (!shortest_)
    return settings_.suspect_at_most;
  auto expected = std::min({*shortest_, shortest_before_.value_or(*shortest_), wait_.value_or(*shortest_)});
  return std::clamp(
      expected * 4 + settings_.ack_delay, settings_.suspect_at_least, settings_.suspect_at_most);
}

bool liveness::suspect(time_point now) const noexcept {
  return active_ && waiting_since_ && !suspicion_told_ && now - *waiting_since_ >= patience();
}

duration liveness::held_back(time_point now) const noexcept {
  return now - last_received_;
}

std::optional<time_point> liveness::deadline() const noexcept {
  if (!active_)
    return std::nullopt;
  auto silence = suspicion_told_ ? settings_.dead_after : std::min(patience(), settings_.dead_after);
  auto result = waiting_since_ ? *waiting_since_ + silence : ping_at();
  return ack_at_ ? std::min(result, *ack_at_) : result;
}

} // namespace warren::session
