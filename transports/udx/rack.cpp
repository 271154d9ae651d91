#include "transports/udx/rack.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

// RFC 8985 section 6.2 step 4: DupThresh sacked packets are as good as a loss while no reordering was seen.
constexpr std::size_t dup_thresh = 3;

// RFC 8985 section 6.2 step 4: a widened window is kept for sixteen recoveries.
constexpr int persist_recoveries = 16;

// The window is bounded by srtt in any case; this keeps the number small.
constexpr int max_reo_wnd_mult = 255;

} // namespace

void rack::on_delivered(
    time_point now, sequence_number seq, const segment& delivered, duration min_rtt) noexcept {
  auto end = seq + 1;
  if (any_ && end < fack_ && !delivered.retransmitted)
    reordering_seen_ = true;
  if (!any_ || end > fack_)
    fack_ = end;
  auto rtt = now - delivered.sent;
  // The acknowledgement may be of an earlier transmission.
  if (delivered.retransmitted && rtt < min_rtt)
    return;
  if (!any_ || delivered.sent > xmit_ts_ || (delivered.sent == xmit_ts_ && end > end_seq_)) {
    xmit_ts_ = delivered.sent;
    end_seq_ = end;
  }
  rtt_ = rtt;
  any_ = true;
}

void rack::on_spurious_loss(time_point now, duration srtt) noexcept {
  reordering_seen_ = true;
  reo_wnd_persist_ = persist_recoveries;
  // RFC 8985 section 6.2 step 4: at most once per round trip.
  if (now - widened_at_ < srtt)
    return;
  widened_at_ = now;
  reo_wnd_mult_ = std::min(reo_wnd_mult_ + 1, max_reo_wnd_mult);
}

void rack::on_recovery_ended() noexcept {
  if (reo_wnd_persist_ > 0 && --reo_wnd_persist_ == 0)
    reo_wnd_mult_ = 1;
}

bool rack::sent_before(sequence_number seq, const segment& candidate) const noexcept {
  return any_ && (candidate.sent < xmit_ts_ || (candidate.sent == xmit_ts_ && seq + 1 < end_seq_));
}

time_point rack::lost_at(const segment& candidate, duration reordering_window) const noexcept {
  return candidate.sent + rtt_ + reordering_window;
}

duration rack::reordering_window(
    const rtt_estimator& rtt, bool repairing, std::size_t sacked) const noexcept {
  if (!reordering_seen_ && (repairing || sacked >= dup_thresh))
    return duration::zero();
  return std::min(reo_wnd_mult_ * rtt.min_rtt() / 4, rtt.srtt());
}

} // namespace warren::udx
