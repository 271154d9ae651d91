#pragma once

#include "transports/udx/congestion_controller.hpp"

#include <array>
#include <limits>

namespace warren::udx {

/// BBR version 3 (draft-ietf-ccwg-bbr-05), counted in packets: keeps a model of the path, the bandwidth that packets
/// arrive with and the shortest round trip, and sends at that rate. Loss moves it only beyond two percent.
///
/// Split as the draft is: bbr.cpp (section 5.2, events; section 5.6, control parameters), bbr_states.cpp (sections 5.3
/// and 5.4, the state machine) and bbr_model.cpp (section 5.5, the model).
///
/// Where it leaves the draft:
/// - BBR.offload_budget is left out: there is no offload between here and the batch.
/// - BBR.extra_acked is the maximum of two windows of five rounds, as in Linux, in place of one of ten.
/// - BBRCheckStartupHighLoss() counts ACKs with losses, as Linux does, in place of lost ranges.
/// - IsInflightTooHigh() asks for two lost packets at least, as quiche does.
///
/// And three departures for the sake of two flows on a long path, of which one started later. At 300 ms a probe of bandwidth
/// (REFILL and UP) lasts two seconds, so that the ProbeRTT of every five seconds cuts nearly each of them short; README.md has
/// the measurements.
/// - The window of max_bw moves on after a probe that ProbeRTT has cut short as well, once what arrives is not held back any
///   more. In the draft it does not (the rounds after ProbeRTT are application-limited; -05 leaves out that ACKS_PROBE_STOPPING
///   ends, -06 has it): the first flow never forgets the bandwidth that it had alone, and keeps it.
/// - ProbeRTT in DOWN or CRUISE does not start the wait for the next probe anew. In the draft all flows, which enter ProbeRTT
///   together as they should, therefore also probe together ever after, and probing together leaves all shares as they are.
/// - inflight_longterm grows by a packet each 10 ms at least, not by one packet in the first round of UP: that takes the second
///   flow minutes at 300 ms, where a probe has four rounds. At 10 ms and below it is as in the draft.
class bbr final : public congestion_controller {
public:
  explicit bbr(std::uint32_t salt) noexcept;

  void on_sent(time_point now, bool idle) override;
  void on_ack(const ack_sample& sample) override;
  void on_lost(const rate_sample& flight, std::uint64_t delivered) override;
  void on_congestion_event(time_point now) override;
  void on_recovery_ended() override;
  void on_spurious_loss() override;
  void on_timeout(time_point now, std::size_t in_flight) override;

  std::size_t cwnd() const noexcept override { return static_cast<std::size_t>(cwnd_); }
  double pacing_rate(duration srtt) const noexcept override;
  bool reduces_proportionally() const noexcept override { return false; }
  bool wants_rate_samples() const noexcept override { return true; }
  bool holds_back() const noexcept override { return state_ == state::probe_rtt; }

  /// The draft's states.
  enum class state : std::uint8_t {
    startup,
    drain,
    probe_bw_down,
    probe_bw_cruise,
    probe_bw_refill,
    probe_bw_up,
    probe_rtt,
  };

  state current() const noexcept { return state_; }

private:
  enum class ack_phase : std::uint8_t { none, refilling, probe_starting, probe_feedback, probe_stopping };

  static constexpr double unlimited = std::numeric_limits<double>::infinity();

  // bbr.cpp
  void set_pacing_rate(double gain) noexcept;
  double bdp_multiple(double gain) const noexcept;
  double with_floor(double inflight) const noexcept;
  double inflight(double gain) const noexcept { return with_floor(bdp_multiple(gain)); }
  void set_cwnd(const ack_sample& sample) noexcept;
  double probe_rtt_cwnd() const noexcept;
  double model_cap() const noexcept;
  void save_cwnd() noexcept;
  void restore_cwnd() noexcept { cwnd_ = std::max(cwnd_, prior_cwnd_); }

  // bbr_states.cpp
  void enter_startup() noexcept;
  void check_full_bw_reached(const ack_sample& sample) noexcept;
  void check_startup_done(const ack_sample& sample) noexcept;
  void check_startup_high_loss(const ack_sample& sample) noexcept;
  void check_drain_done(const ack_sample& sample) noexcept;
  void enter_drain() noexcept;
  void start_probe_bw_down(time_point now) noexcept;
  void start_probe_bw_cruise() noexcept;
  void start_probe_bw_refill() noexcept;
  void start_probe_bw_up(double delivery_rate) noexcept;
  void update_probe_bw_cycle_phase(const ack_sample& sample) noexcept;
  bool start_refill_when_due(time_point now) noexcept;
  bool is_time_to_cruise(std::size_t in_flight) const noexcept;
  bool is_time_to_go_down(const ack_sample& sample) noexcept;
  void check_probe_rtt(const ack_sample& sample) noexcept;
  void enter_probe_rtt() noexcept;
  void handle_probe_rtt(const ack_sample& sample) noexcept;
  void leave_probe_rtt_when_due(time_point now) noexcept;
  bool in_probe_bw() const noexcept { return state_ >= state::probe_bw_down && state_ <= state::probe_bw_up; }
  bool probing_bandwidth() const noexcept {
    return state_ == state::startup || state_ == state::probe_bw_refill || state_ == state::probe_bw_up;
  }
  void reset_full_bw(double baseline) noexcept;
  void start_round() noexcept { next_round_delivered_ = delivered_; }
  void pick_probe_wait() noexcept;

  // bbr_model.cpp
  void update_latest_delivery_signals(const ack_sample& sample) noexcept;
  void update_congestion_signals(const ack_sample& sample) noexcept;
  void update_max_bw(const ack_sample& sample) noexcept;
  void update_ack_aggregation(const ack_sample& sample) noexcept;
  void adapt_long_term_model(const ack_sample& sample) noexcept;
  void raise_inflight_longterm_slope() noexcept;
  void probe_inflight_longterm_upward(const ack_sample& sample) noexcept;
  void update_min_rtt(const ack_sample& sample) noexcept;
  void advance_latest_delivery_signals(const rate_sample& rate) noexcept;
  void adapt_lower_bounds() noexcept;
  void note_loss(std::uint64_t delivered) noexcept;
  void handle_inflight_too_high(const rate_sample& flight, double inflight_at_loss) noexcept;
  void save_state_upon_loss() noexcept;
  void reset_congestion_signals() noexcept {
    loss_in_round_ = false;
    bw_latest_ = 0;
    inflight_latest_ = 0;
  }
  void reset_short_term_model() noexcept { bw_shortterm_ = inflight_shortterm_ = unlimited; }
  double inflight_with_headroom() const noexcept;
  double max_bw() const noexcept { return std::max(max_bw_filter_[0], max_bw_filter_[1]); }
  double target_inflight() const noexcept { return std::min(bdp_multiple(1), cwnd_); }

  // Output parameters.
  double cwnd_ = initial_window;
  double pacing_rate_ = 0; // packets per second; 0 before the first round trip is known
  double pacing_gain_;
  double cwnd_gain_;
  double prior_cwnd_ = 0;

  // The state machine.
  state state_ = state::startup;
  ack_phase ack_phase_ = ack_phase::none;
  bool recovering_ = false;
  bool idle_restart_ = false;
  time_point now_; // of the last call that tells it
  time_point cycle_stamp_;
  duration bw_probe_wait_{};
  std::uint64_t rounds_since_bw_probe_ = 0;
  int bw_probe_up_rounds_ = 0;
  double bw_probe_up_acks_ = 0;
  double probe_up_cnt_ = unlimited;
  bool bw_probe_samples_ = false;
  std::uint64_t drain_start_round_ = 0;
  std::uint32_t random_;

  // Rounds.
  std::uint64_t delivered_ = 0; // C.delivered
  std::uint64_t next_round_delivered_ = 0;
  std::uint64_t round_count_ = 0;
  bool round_start_ = false;

  // Full pipe.
  bool full_bw_reached_ = false;
  bool full_bw_now_ = false;
  double full_bw_ = 0;
  int full_bw_count_ = 0;

  // Bandwidth, packets per second: this ProbeBW cycle and the last.
  std::array<double, 2> max_bw_filter_{};
  double bw_ = 0;
  double bw_shortterm_ = unlimited;
  double bw_latest_ = 0;

  // Volume, packets.
  double inflight_longterm_ = unlimited;
  double inflight_shortterm_ = unlimited;
  double inflight_latest_ = 0;

  // Round-trip time.
  duration min_rtt_ = duration::max();
  time_point min_rtt_stamp_;
  duration probe_rtt_min_delay_ = duration::max();
  time_point probe_rtt_min_stamp_;
  bool probe_rtt_expired_ = false;
  bool probe_rtt_round_done_ = false;
  bool cycle_goes_on_ = false; // after ProbeRTT
  std::optional<time_point> probe_rtt_done_stamp_;

  // Aggregation: this window of rounds and the last.
  time_point extra_acked_interval_start_;
  double extra_acked_delivered_ = 0;
  std::array<double, 2> extra_acked_{};
  std::uint64_t extra_acked_window_start_ = 0;

  // Loss.
  bool loss_in_round_ = false;
  bool loss_since_ack_ = false;
  int loss_events_in_round_ = 0;
  bool loss_round_start_ = false;
  std::uint64_t loss_round_delivered_ = 0;

  // What a spurious loss must give back.
  state undo_state_ = state::startup;
  double undo_bw_shortterm_ = unlimited;
  double undo_inflight_shortterm_ = unlimited;
  double undo_inflight_longterm_ = unlimited;
};

} // namespace warren::udx
