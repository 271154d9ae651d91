#include "transports/udx/sender.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

using namespace std::chrono_literals;

// udx.md section 8: the timeout after six retransmissions by timeout gives the stream up.
constexpr std::uint8_t max_timeouts = 6;

// So many timeouts of a packet larger than the base are taken for a path that has become narrower.
constexpr std::uint8_t black_hole_timeouts = 2;

// RFC 8985 section 7.2: a lone packet waits longer. Without an RTT sample the retransmission timer is no
// later.
constexpr duration lone_packet_delay = 2ms;
// As Linux's TCP_TIMEOUT_MIN: below it, a late scheduler looks like a loss.
constexpr duration min_probe_timeout = 10ms;
// By then the retransmission timer is earlier.
constexpr int max_probe_doublings = 12;

} // namespace

bool sender::handle_timeout(time_point now) {
  timers_.expire(timer::pacing, now);
  if (timers_.expire(timer::reordering, now))
    detect_losses(now);
  if (auto due = timers_.at(timer::tail_probe); timers_.expire(timer::tail_probe, now))
    on_tail_probe_timeout(now, now - due);
  if (timers_.expire(timer::zero_window, now))
    on_zero_window_timeout(now);
  if (timers_.expire(timer::keep_alive, now))
    heartbeat_due_ = true;
  if (timers_.expire(timer::retransmission, now))
    return on_retransmission_timeout(now);
  return true;
}

void sender::restart_retransmission_timer(time_point now) noexcept {
  if (board_.outstanding() == 0)
    timers_.stop(timer::retransmission);
  else
    timers_.set(timer::retransmission, now + rtt_.rto());
}

// RFC 8985 section 7.2. The timer is no later than the retransmission timer, which takes over in the end.
void sender::schedule_tail_probe(time_point now) noexcept {
  timers_.stop(timer::tail_probe);
  if (!rtt_.has_sample() || board_.in_flight() == 0 || !tail_probe_.allowed())
    return;
  auto timeout = std::max(2 * rtt_.srtt(), min_probe_timeout);
  if (board_.in_flight() == 1)
    timeout += lone_packet_delay;
  timeout *= 1 << std::min(tail_probe_.unanswered, max_probe_doublings);
  if (now + timeout < timers_.at(timer::retransmission))
    timers_.set(timer::tail_probe, now + timeout);
}

// Decides, whenever packets may go out, which HEARTBEAT the stream waits for.
void sender::schedule_heartbeats(time_point now) noexcept {
  auto idle = board_.outstanding() == 0;
  auto shut = idle && window_.octets() == 0 && has_new_packet();
  if (!shut) {
    timers_.stop(timer::zero_window);
  } else if (!timers_.is_set(timer::zero_window)) {
    // udx.md section 7: at once for a write to an idle stream, then after RTO, then every 2 RTO.
    heartbeat_due_ = heartbeat_due_ || written_while_idle_;
    timers_.set(timer::zero_window, now + rtt_.rto());
  }
  written_while_idle_ = false;
  auto keep_alive = idle && keep_alive_ > duration::zero();
  if (!keep_alive)
    timers_.stop(timer::keep_alive);
  else if (!timers_.is_set(timer::keep_alive))
    timers_.set(timer::keep_alive, now + keep_alive_);
}

// udx.md section 8: RTO. What was sent a round trip ago is lost as well; the timer goes on with twice the
// timeout.
bool sender::on_retransmission_timeout(time_point now) {
  if (board_.outstanding() == 0)
    return true;
  auto una = board_.una();
  if (board_[una].timeouts >= max_timeouts)
    return false;
  ++counters_.timeouts;
  ++board_[una].timeouts;
  if (board_[una].where == segment::place::in_flight)
    note_lost(una);
  if (board_[una].timeouts >= black_hole_timeouts && board_[una].length + overhead_ > mtu_.base())
    mtu_.on_black_hole();
  auto window = rack_.reordering_window(rtt_, true, board_.sacked());
  while (board_.in_flight() > 0) {
    auto seq = board_.oldest_in_flight();
    if (rack_.lost_at(board_[seq], window) > now)
      break;
    ++board_[seq].timeouts;
    note_lost(seq);
  }
  if (phase_ != phase::loss)
    controller_->on_timeout(now, board_.in_flight());
  phase_ = phase::loss;
  recovery_point_ = board_.nxt();
  mtu_.on_probe_lost(false);
  tail_probe_ = {};
  timers_.stop(timer::tail_probe);
  timers_.stop(timer::reordering);
  timers_.set(timer::retransmission, now + 2 * rtt_.rto());
  return true;
}

// A wake-up that is so late means that this process is behind with its work, and the answer may wait in its queues too. It gets as
// long again, once: probes that are not needed would be work for both sides, which makes them later still.
void sender::on_tail_probe_timeout(time_point now, duration late) {
  // Those that follow leave it to the retransmission timer to end the silence.
  if (tail_probe_.unanswered == 0)
    restart_retransmission_timer(now);
  auto again = now + late;
  if (late >= min_probe_timeout && !tail_probe_.postponed && again < timers_.at(timer::retransmission)) {
    tail_probe_.postponed = true;
    timers_.set(timer::tail_probe, again);
    return;
  }
  tail_probe_.due = board_.in_flight() > 0;
}

void sender::on_zero_window_timeout(time_point now) noexcept {
  heartbeat_due_ = true;
  timers_.set(timer::zero_window, now + 2 * rtt_.rto());
}

} // namespace warren::udx
