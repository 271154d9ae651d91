#pragma once

#include "transports/udx/rtt_estimator.hpp"
#include "transports/udx/scoreboard.hpp"

namespace warren::udx {

/// Loss detection by time: a packet is lost when one sent later has arrived and a reordering window has
/// passed (RFC 8985 section 6). There is no DSACK; that a loss was none is told by an answer that came too
/// soon to be to the repetition.
class rack {
public:
  /// To be called for each newly acknowledged or sacked segment (RFC 8985 section 6.2 steps 1 to 3).
  void on_delivered(time_point now, sequence_number seq, const segment& delivered, duration min_rtt) noexcept;

  /// Returns true if the segment was sent before the latest one known to have arrived.
  bool sent_before(sequence_number seq, const segment& candidate) const noexcept;

  /// Returns when the segment is to be considered lost, if it has been `sent_before` (RFC 8985 section 6.2
  /// step 5).
  time_point lost_at(const segment& candidate, duration reordering_window) const noexcept;

  /// Returns how long a packet may be overtaken. `repairing`: in recovery, or after a timeout.
  duration reordering_window(const rtt_estimator& rtt, bool repairing, std::size_t sacked) const noexcept;

  /// To be called when a segment taken for lost has arrived after all: packets may be overtaken by more from
  /// now on.
  void on_spurious_loss(time_point now, duration srtt) noexcept;

  /// To be called when recovery ends; sixteen without a spurious loss narrow the window again.
  void on_recovery_ended() noexcept;

  bool reordering_seen() const noexcept { return reordering_seen_; }

private:
  bool any_ = false;
  time_point xmit_ts_;      // RACK.xmit_ts
  sequence_number end_seq_; // RACK.end_seq
  duration rtt_{};          // RACK.rtt
  sequence_number fack_;    // RACK.fack: behind the highest sequence number that has arrived
  bool reordering_seen_ = false;
  int reo_wnd_mult_ = 1;    // RACK.reo_wnd_mult
  int reo_wnd_persist_ = 0; // RACK.reo_wnd_persist
  time_point widened_at_;
};

} // namespace warren::udx
