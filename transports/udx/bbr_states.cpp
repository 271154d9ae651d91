#include "transports/udx/bbr.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

using namespace std::chrono_literals;

// Section 5.6.1.
constexpr double startup_pacing_gain = 2.77;
constexpr double drain_pacing_gain = 0.5;
constexpr double down_pacing_gain = 0.9;
constexpr double up_pacing_gain = 1.25;
constexpr double default_cwnd_gain = 2;
constexpr double up_cwnd_gain = 2.25;
constexpr double probe_rtt_cwnd_gain = 0.5;

// Section 5.3.1.2.
constexpr double full_bw_growth = 1.25;
constexpr int full_bw_rounds = 3;

// Section 5.3.1.3.
constexpr double loss_thresh = 0.02;
constexpr int startup_full_loss_cnt = 6;

constexpr std::uint64_t drain_rounds = 3;

// Section 5.3.3.5.3.
constexpr double reno_rounds = 63;
constexpr duration probe_wait_base = 2s;
constexpr duration probe_wait_spread = 1s;

// Section 5.3.4.2.
constexpr duration probe_rtt_duration = 200ms;

} // namespace

// -- Startup and Drain (5.3.1, 5.3.2) -----------------------------------------

void bbr::enter_startup() noexcept {
  state_ = state::startup;
  pacing_gain_ = startup_pacing_gain;
  cwnd_gain_ = default_cwnd_gain;
}

void bbr::reset_full_bw(double baseline) noexcept {
  full_bw_ = baseline;
  full_bw_count_ = 0;
  full_bw_now_ = false;
}

void bbr::check_full_bw_reached(const ack_sample& sample) noexcept {
  if (full_bw_now_ || !round_start_ || sample.rate.app_limited || sample.rate.delivery_rate == 0)
    return;
  if (sample.rate.delivery_rate >= full_bw_ * full_bw_growth) {
    reset_full_bw(sample.rate.delivery_rate);
    return;
  }
  full_bw_now_ = ++full_bw_count_ >= full_bw_rounds;
  full_bw_reached_ = full_bw_reached_ || full_bw_now_;
}

void bbr::check_startup_done(const ack_sample& sample) noexcept {
  check_startup_high_loss(sample);
  if (state_ == state::startup && full_bw_reached_)
    enter_drain();
}

void bbr::check_startup_high_loss(const ack_sample& sample) noexcept {
  if (full_bw_reached_)
    return;
  loss_events_in_round_ += loss_since_ack_ ? 1 : 0;
  auto lost = static_cast<double>(sample.rate.lost);
  auto too_high = lost > static_cast<double>(sample.rate.tx_in_flight) * loss_thresh;
  if (loss_round_start_ && recovering_ && loss_events_in_round_ >= startup_full_loss_cnt && too_high) {
    full_bw_reached_ = true;
    inflight_longterm_ = std::max(bdp_multiple(1), inflight_latest_);
  }
  if (loss_round_start_)
    loss_events_in_round_ = 0;
}

void bbr::enter_drain() noexcept {
  state_ = state::drain;
  pacing_gain_ = drain_pacing_gain;
  cwnd_gain_ = default_cwnd_gain;
  drain_start_round_ = round_count_;
}

void bbr::check_drain_done(const ack_sample& sample) noexcept {
  if (state_ != state::drain)
    return;
  auto drained = static_cast<double>(sample.in_flight_after) <= inflight(1);
  if (drained || round_count_ > drain_start_round_ + drain_rounds)
    start_probe_bw_down(sample.now);
}

// -- ProbeBW (5.3.3) ----------------------------------------------------------

void bbr::start_probe_bw_down(time_point now) noexcept {
  reset_congestion_signals();
  probe_up_cnt_ = unlimited;
  pick_probe_wait();
  cycle_stamp_ = now;
  ack_phase_ = ack_phase::probe_stopping;
  start_round();
  state_ = state::probe_bw_down;
  pacing_gain_ = down_pacing_gain;
  cwnd_gain_ = default_cwnd_gain;
}

void bbr::start_probe_bw_cruise() noexcept {
  state_ = state::probe_bw_cruise;
  pacing_gain_ = 1;
  cwnd_gain_ = default_cwnd_gain;
}

void bbr::start_probe_bw_refill() noexcept {
  reset_short_term_model();
  bw_probe_up_rounds_ = 0;
  bw_probe_up_acks_ = 0;
  ack_phase_ = ack_phase::refilling;
  start_round();
  state_ = state::probe_bw_refill;
  pacing_gain_ = 1;
  cwnd_gain_ = default_cwnd_gain;
}

void bbr::start_probe_bw_up(double delivery_rate) noexcept {
  ack_phase_ = ack_phase::probe_starting;
  start_round();
  reset_full_bw(delivery_rate);
  state_ = state::probe_bw_up;
  pacing_gain_ = up_pacing_gain;
  cwnd_gain_ = up_cwnd_gain;
  raise_inflight_longterm_slope();
}

void bbr::update_probe_bw_cycle_phase(const ack_sample& sample) noexcept {
  if (!full_bw_reached_)
    return;
  adapt_long_term_model(sample);
  switch (state_) {
    case state::probe_bw_down:
      if (!start_refill_when_due(sample.now) && is_time_to_cruise(sample.in_flight_after))
        start_probe_bw_cruise();
      break;
    case state::probe_bw_cruise:
      start_refill_when_due(sample.now);
      break;
    case state::probe_bw_refill:
      if (round_start_) {
        bw_probe_samples_ = true;
        start_probe_bw_up(sample.rate.delivery_rate);
      }
      break;
    case state::probe_bw_up:
      if (is_time_to_go_down(sample))
        start_probe_bw_down(sample.now);
      break;
    default:
      break;
  }
}

// BBRIsTimeToProbeBW().
bool bbr::start_refill_when_due(time_point now) noexcept {
  auto as_reno = static_cast<double>(rounds_since_bw_probe_) >= std::min(target_inflight(), reno_rounds);
  if (now <= cycle_stamp_ + bw_probe_wait_ && !as_reno)
    return false;
  start_probe_bw_refill();
  return true;
}

bool bbr::is_time_to_cruise(std::size_t in_flight) const noexcept {
  auto flight = static_cast<double>(in_flight);
  return flight <= inflight_with_headroom() && flight <= inflight(1);
}

bool bbr::is_time_to_go_down(const ack_sample& sample) noexcept {
  if (sample.cwnd_limited && cwnd_ >= inflight_longterm_) {
    // The bandwidth is limited by the bound, not by the path.
    reset_full_bw(sample.rate.delivery_rate);
    return false;
  }
  return full_bw_now_;
}

// Section 5.3.3.5.3, with Marsaglia's xorshift.
void bbr::pick_probe_wait() noexcept {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  rounds_since_bw_probe_ = random_ & 1;
  bw_probe_wait_ = probe_wait_base + probe_wait_spread / 1024 * ((random_ >> 8) % 1024);
}

// -- ProbeRTT (5.3.4) ---------------------------------------------------------

void bbr::check_probe_rtt(const ack_sample& sample) noexcept {
  if (state_ != state::probe_rtt && probe_rtt_expired_ && !idle_restart_)
    enter_probe_rtt();
  if (state_ == state::probe_rtt)
    handle_probe_rtt(sample);
  if (sample.rate.delivered > 0)
    idle_restart_ = false;
}

void bbr::enter_probe_rtt() noexcept {
  save_cwnd();
  cycle_goes_on_ = state_ == state::probe_bw_down || state_ == state::probe_bw_cruise;
  if (!cycle_goes_on_)
    ack_phase_ = ack_phase::probe_stopping;
  state_ = state::probe_rtt;
  pacing_gain_ = 1;
  cwnd_gain_ = probe_rtt_cwnd_gain;
  probe_rtt_done_stamp_.reset();
  start_round();
}

void bbr::handle_probe_rtt(const ack_sample& sample) noexcept {
  if (!probe_rtt_done_stamp_) {
    if (static_cast<double>(sample.in_flight_after) > probe_rtt_cwnd())
      return;
    probe_rtt_done_stamp_ = sample.now + probe_rtt_duration;
    probe_rtt_round_done_ = false;
    start_round();
    return;
  }
  probe_rtt_round_done_ = probe_rtt_round_done_ || round_start_;
  if (probe_rtt_round_done_)
    leave_probe_rtt_when_due(sample.now);
}

// BBRCheckProbeRTTDone() and BBRExitProbeRTT().
void bbr::leave_probe_rtt_when_due(time_point now) noexcept {
  if (!probe_rtt_done_stamp_ || now <= *probe_rtt_done_stamp_)
    return;
  probe_rtt_min_stamp_ = now;
  restore_cwnd();
  reset_short_term_model();
  if (!full_bw_reached_) {
    enter_startup();
    return;
  }
  if (cycle_goes_on_)
    reset_congestion_signals();
  else
    start_probe_bw_down(now);
  start_round();
  start_probe_bw_cruise();
}

} // namespace warren::udx
