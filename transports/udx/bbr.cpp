#include "transports/udx/bbr.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

// Section 2.4 and 5.6.
constexpr double startup_pacing_gain = 2.77;
constexpr double default_cwnd_gain = 2;
constexpr double pacing_margin = 0.01;
constexpr double probe_rtt_cwnd_gain = 0.5;
constexpr double min_pipe_cwnd = 4;

double seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

} // namespace

bbr::bbr(std::uint32_t salt) noexcept
    : pacing_gain_{startup_pacing_gain}, cwnd_gain_{default_cwnd_gain}, random_{salt | 1} {
}

// -- events -------------------------------------------------------------------

// Section 5.4.1: BBRHandleRestartFromIdle().
void bbr::on_sent(time_point now, bool idle) {
  if (!idle)
    return;
  idle_restart_ = true;
  extra_acked_interval_start_ = now;
  if (in_probe_bw())
    set_pacing_rate(1);
  else if (state_ == state::probe_rtt)
    leave_probe_rtt_when_due(now);
}

// Section 5.2.3: BBRUpdateOnACK().
void bbr::on_ack(const ack_sample& sample) {
  now_ = sample.now;
  delivered_ = sample.delivered;
  update_latest_delivery_signals(sample);
  update_congestion_signals(sample);
  update_ack_aggregation(sample);
  check_full_bw_reached(sample);
  check_startup_done(sample);
  check_drain_done(sample);
  update_probe_bw_cycle_phase(sample);
  update_min_rtt(sample);
  check_probe_rtt(sample);
  advance_latest_delivery_signals(sample.rate);
  bw_ = std::min(max_bw(), bw_shortterm_); // BBRBoundBWForModel()
  if (pacing_rate_ == 0 && sample.srtt > duration::zero())
    pacing_rate_ = startup_pacing_gain * initial_window / seconds(sample.srtt);
  set_pacing_rate(pacing_gain_);
  set_cwnd(sample);
  loss_since_ack_ = false;
}

// Section 5.6.4.4.
void bbr::on_congestion_event(time_point) {
  save_cwnd();
  save_state_upon_loss();
  recovering_ = true;
}

void bbr::on_recovery_ended() {
  recovering_ = false;
  restore_cwnd();
}

void bbr::on_timeout(time_point, std::size_t in_flight) {
  save_cwnd();
  save_state_upon_loss();
  recovering_ = true;
  cwnd_ = static_cast<double>(in_flight) + 1;
}

// -- control parameters -------------------------------------------------------

double bbr::pacing_rate(duration srtt) const noexcept {
  return pacing_rate_ > 0 ? pacing_rate_ : startup_pacing_gain * initial_window / seconds(srtt);
}

// Section 5.6.2: BBRSetPacingRateWithGain().
void bbr::set_pacing_rate(double gain) noexcept {
  auto rate = gain * bw_ * (1 - pacing_margin);
  if (rate > 0 && (full_bw_reached_ || rate > pacing_rate_))
    pacing_rate_ = rate;
}

// Section 5.6.4.2: BBRBDPMultiple().
double bbr::bdp_multiple(double gain) const noexcept {
  if (min_rtt_ == duration::max())
    return initial_window;
  return gain * bw_ * seconds(min_rtt_);
}

// BBRQuantizationBudget().
double bbr::with_floor(double inflight) const noexcept {
  return std::max(inflight, min_pipe_cwnd) + (state_ == state::probe_bw_up ? 2 : 0);
}

// Section 5.6.4.6.
void bbr::set_cwnd(const ack_sample& sample) noexcept {
  auto acked = static_cast<double>(sample.acked);
  auto max_inflight = with_floor(bdp_multiple(cwnd_gain_) + std::max(extra_acked_[0], extra_acked_[1]));
  if (full_bw_reached_)
    cwnd_ = std::min(cwnd_ + acked, max_inflight);
  else if (cwnd_ < max_inflight || static_cast<double>(delivered_) < initial_window)
    cwnd_ += acked;
  cwnd_ = std::max(cwnd_, min_pipe_cwnd);
  if (state_ == state::probe_rtt)
    cwnd_ = std::min(cwnd_, probe_rtt_cwnd());
  cwnd_ = std::min({cwnd_, std::max(model_cap(), min_pipe_cwnd), double{max_packets_in_flight}});
}

// Section 5.6.4.5.
double bbr::probe_rtt_cwnd() const noexcept {
  return std::max(bdp_multiple(probe_rtt_cwnd_gain), min_pipe_cwnd);
}

// Section 5.6.4.7: BBRBoundCwndForModel().
double bbr::model_cap() const noexcept {
  auto cap = unlimited;
  if (state_ == state::probe_rtt || state_ == state::probe_bw_cruise)
    cap = inflight_with_headroom();
  else if (in_probe_bw())
    cap = inflight_longterm_;
  return std::min(cap, inflight_shortterm_);
}

// Section 5.6.4.4.
void bbr::save_cwnd() noexcept {
  auto undisturbed = !recovering_ && state_ != state::probe_rtt;
  prior_cwnd_ = undisturbed ? cwnd_ : std::max(prior_cwnd_, cwnd_);
}

} // namespace warren::udx
