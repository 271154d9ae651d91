#include "transports/udx/bbr.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

using namespace std::chrono_literals;

// Section 2.4.
constexpr double loss_thresh = 0.02;
// As quiche (probe_bw_full_loss_count): of a small window one packet is more than two percent, and says nothing.
constexpr std::uint64_t full_loss_cnt = 2;
constexpr double beta = 0.7;
constexpr double headroom = 0.15;
constexpr double min_pipe_cwnd = 4;
constexpr duration min_rtt_filter = 10s;
constexpr duration probe_rtt_interval = 5s;
constexpr int max_probe_up_rounds = 30;

// Our own choice: inflight_longterm grows by a packet in this time at least, however long the round trip.
constexpr duration slowest_growth = 10ms;

// Half of BBRExtraAckedFilterLen.
constexpr std::uint64_t extra_acked_window = 5;

double seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

// IsInflightTooHigh().
bool inflight_too_high(const rate_sample& flight) {
  return flight.lost >= full_loss_cnt
         && static_cast<double>(flight.lost) > static_cast<double>(flight.tx_in_flight) * loss_thresh;
}

// Section 5.5.10.2: at what volume the losses crossed the threshold.
double inflight_at_loss(const rate_sample& flight) {
  auto inflight_before = static_cast<double>(flight.tx_in_flight) - 1;
  auto lost_before = static_cast<double>(flight.lost) - 1;
  return inflight_before + std::max(loss_thresh * inflight_before - lost_before, 0.0) / (1 - loss_thresh);
}

} // namespace

// -- delivery (5.5.1 to 5.5.9) ------------------------------------------------

void bbr::update_latest_delivery_signals(const ack_sample& sample) noexcept {
  loss_round_start_ = sample.rate.prior_delivered >= loss_round_delivered_;
  bw_latest_ = std::max(bw_latest_, sample.rate.delivery_rate);
  inflight_latest_ = std::max(inflight_latest_, static_cast<double>(sample.rate.delivered));
  if (loss_round_start_)
    loss_round_delivered_ = delivered_;
}

void bbr::advance_latest_delivery_signals(const rate_sample& rate) noexcept {
  if (!loss_round_start_)
    return;
  bw_latest_ = rate.delivery_rate;
  inflight_latest_ = static_cast<double>(rate.delivered);
}

void bbr::update_congestion_signals(const ack_sample& sample) noexcept {
  update_max_bw(sample);
  if (!loss_round_start_)
    return;
  if (loss_in_round_ && !probing_bandwidth())
    adapt_lower_bounds();
  loss_in_round_ = false;
}

void bbr::update_max_bw(const ack_sample& sample) noexcept {
  round_start_ = sample.rate.prior_delivered >= next_round_delivered_;
  if (round_start_) {
    start_round();
    ++round_count_;
    ++rounds_since_bw_probe_;
  }
  if (sample.rate.delivery_rate >= max_bw() || !sample.rate.app_limited)
    max_bw_filter_[1] = std::max(max_bw_filter_[1], sample.rate.delivery_rate);
}

void bbr::update_ack_aggregation(const ack_sample& sample) noexcept {
  auto expected = bw_ * seconds(sample.now - extra_acked_interval_start_);
  if (extra_acked_delivered_ <= expected) {
    extra_acked_delivered_ = 0;
    extra_acked_interval_start_ = sample.now;
    expected = 0;
  }
  extra_acked_delivered_ += static_cast<double>(sample.acked);
  auto extra = std::min(extra_acked_delivered_ - expected, cwnd_);
  // In Startup only one round is remembered.
  auto window = full_bw_reached_ ? extra_acked_window : 1;
  if (round_count_ >= extra_acked_window_start_ + window) {
    extra_acked_window_start_ = round_count_;
    extra_acked_ = {full_bw_reached_ ? extra_acked_[1] : 0, 0};
  }
  extra_acked_[1] = std::max(extra_acked_[1], extra);
}

void bbr::update_min_rtt(const ack_sample& sample) noexcept {
  probe_rtt_expired_ = sample.now > probe_rtt_min_stamp_ + probe_rtt_interval;
  auto measured = sample.rtt > duration::zero();
  if (probe_rtt_min_delay_ == duration::max())
    probe_rtt_expired_ = false;
  if (measured && (sample.rtt < probe_rtt_min_delay_ || probe_rtt_expired_)) {
    probe_rtt_min_delay_ = sample.rtt;
    probe_rtt_min_stamp_ = sample.now;
  }
  auto min_rtt_expired = sample.now > min_rtt_stamp_ + min_rtt_filter;
  if (probe_rtt_min_delay_ < min_rtt_ || min_rtt_expired) {
    min_rtt_ = probe_rtt_min_delay_;
    min_rtt_stamp_ = probe_rtt_min_stamp_;
  }
}

// -- volume (5.3.3.6) ---------------------------------------------------------

double bbr::inflight_with_headroom() const noexcept {
  if (inflight_longterm_ == unlimited)
    return unlimited;
  return std::max(inflight_longterm_ - std::max(1.0, headroom * inflight_longterm_), min_pipe_cwnd);
}

void bbr::adapt_long_term_model(const ack_sample& sample) noexcept {
  if (ack_phase_ == ack_phase::probe_starting && round_start_)
    ack_phase_ = ack_phase::probe_feedback;
  if (ack_phase_ == ack_phase::probe_stopping && round_start_) {
    bw_probe_samples_ = false;
    // What arrives right after ProbeRTT was held back: then it waits for the first round that was not.
    if (in_probe_bw() && !sample.rate.app_limited) {
      ack_phase_ = ack_phase::none;
      max_bw_filter_ = {max_bw_filter_[1], 0}; // BBRAdvanceMaxBwFilter()
    }
  }
  if (inflight_too_high(sample.rate) || inflight_longterm_ == unlimited)
    return;
  inflight_longterm_ = std::max(inflight_longterm_, static_cast<double>(sample.rate.tx_in_flight));
  if (state_ == state::probe_bw_up)
    probe_inflight_longterm_upward(sample);
}

void bbr::raise_inflight_longterm_slope() noexcept {
  auto growth_this_round = static_cast<double>(std::uint64_t{1} << bw_probe_up_rounds_);
  if (min_rtt_ != duration::max())
    growth_this_round = std::max(growth_this_round, seconds(min_rtt_) / seconds(slowest_growth));
  bw_probe_up_rounds_ = std::min(bw_probe_up_rounds_ + 1, max_probe_up_rounds);
  probe_up_cnt_ = std::max(cwnd_ / growth_this_round, 1.0);
}

void bbr::probe_inflight_longterm_upward(const ack_sample& sample) noexcept {
  if (!sample.cwnd_limited || cwnd_ < inflight_longterm_)
    return;
  bw_probe_up_acks_ += static_cast<double>(sample.acked);
  if (bw_probe_up_acks_ >= probe_up_cnt_) {
    auto delta = static_cast<double>(static_cast<std::uint64_t>(bw_probe_up_acks_ / probe_up_cnt_));
    bw_probe_up_acks_ -= delta * probe_up_cnt_;
    inflight_longterm_ += delta;
  }
  if (round_start_)
    raise_inflight_longterm_slope();
}

// -- loss (5.5.10, 5.5.11) ----------------------------------------------------

void bbr::on_lost(const rate_sample& flight, std::uint64_t delivered) {
  note_loss(delivered);
  loss_since_ack_ = true;
  if (bw_probe_samples_ && inflight_too_high(flight))
    handle_inflight_too_high(flight, inflight_at_loss(flight));
}

void bbr::note_loss(std::uint64_t delivered) noexcept {
  if (!loss_in_round_) {
    loss_round_delivered_ = delivered;
    save_state_upon_loss();
  }
  loss_in_round_ = true;
}

void bbr::handle_inflight_too_high(const rate_sample& flight, double inflight_at_loss) noexcept {
  bw_probe_samples_ = false; // once per bandwidth probe
  if (!flight.app_limited)
    inflight_longterm_ = std::max(inflight_at_loss, target_inflight() * beta);
  if (state_ == state::probe_bw_up)
    start_probe_bw_down(now_);
}

// BBRInitLowerBounds() and BBRLossLowerBounds().
void bbr::adapt_lower_bounds() noexcept {
  if (bw_shortterm_ == unlimited)
    bw_shortterm_ = max_bw();
  if (inflight_shortterm_ == unlimited)
    inflight_shortterm_ = cwnd_;
  bw_shortterm_ = std::max(bw_latest_, beta * bw_shortterm_);
  inflight_shortterm_ = std::max(inflight_latest_, beta * inflight_shortterm_);
}

void bbr::save_state_upon_loss() noexcept {
  undo_state_ = state_;
  undo_bw_shortterm_ = bw_shortterm_;
  undo_inflight_shortterm_ = inflight_shortterm_;
  undo_inflight_longterm_ = inflight_longterm_;
}

// BBRHandleSpuriousLossDetection().
void bbr::on_spurious_loss() {
  loss_in_round_ = false;
  reset_full_bw(0);
  bw_shortterm_ = std::max(bw_shortterm_, undo_bw_shortterm_);
  inflight_shortterm_ = std::max(inflight_shortterm_, undo_inflight_shortterm_);
  inflight_longterm_ = std::max(inflight_longterm_, undo_inflight_longterm_);
  if (state_ == state::probe_rtt || state_ == undo_state_)
    return;
  if (undo_state_ == state::startup)
    enter_startup();
  else if (undo_state_ == state::probe_bw_up)
    start_probe_bw_up(0);
}

} // namespace warren::udx
