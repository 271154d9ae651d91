#include "transports/udx/delivery_rate.hpp"

#include <algorithm>

namespace warren::udx {

namespace {

constexpr std::size_t smallest_ring = 16;

} // namespace

void delivery_rate::on_sent(time_point now, sequence_number una, sequence_number seq, std::size_t in_flight) {
  make_room(una, seq);
  // After idleness the clocks start anew.
  if (in_flight == 0)
    first_sent_ = delivered_time_ = now;
  auto& sent = (*this)[seq];
  sent.first_sent = first_sent_;
  sent.delivered_time = delivered_time_;
  sent.delivered = delivered_;
  sent.lost = lost_;
  sent.tx_in_flight = static_cast<std::uint32_t>(in_flight + 1) & 0x7fffffff;
  sent.app_limited = app_limited();
}

void delivery_rate::on_delivered(time_point now, sequence_number seq, time_point sent) noexcept {
  ++delivered_;
  delivered_time_ = now;
  if (any_ && (sent < newest_sent_ || (sent == newest_sent_ && seq < newest_seq_)))
    return;
  any_ = true;
  newest_ = (*this)[seq];
  newest_sent_ = sent;
  newest_seq_ = seq;
}

rate_sample delivery_rate::on_lost(sequence_number seq) noexcept {
  ++lost_;
  auto& lost = (*this)[seq];
  rate_sample result;
  result.tx_in_flight = lost.tx_in_flight;
  result.lost = lost_ - lost.lost;
  result.app_limited = lost.app_limited != 0;
  return result;
}

rate_sample delivery_rate::take(duration min_rtt) noexcept {
  rate_sample result;
  if (!any_)
    return result;
  any_ = false;
  if (app_limited_until_ > 0 && delivered_ > app_limited_until_)
    app_limited_until_ = 0;
  first_sent_ = newest_sent_;
  result.delivered = delivered_ - newest_.delivered;
  result.prior_delivered = newest_.delivered;
  result.tx_in_flight = newest_.tx_in_flight;
  result.lost = lost_ - newest_.lost;
  result.app_limited = newest_.app_limited != 0;
  // Whichever took longer: packets may be sent, or acknowledged, in bursts.
  auto interval = std::max(newest_sent_ - newest_.first_sent, delivered_time_ - newest_.delivered_time);
  // An answer sooner than the path allows is one to an earlier transmission.
  if (interval > duration::zero() && interval >= min_rtt)
    result.delivery_rate =
        static_cast<double>(result.delivered) / std::chrono::duration<double>(interval).count();
  return result;
}

void delivery_rate::on_app_limited(std::size_t in_flight) noexcept {
  app_limited_until_ = std::max<std::uint64_t>(delivered_ + in_flight, 1);
}

void delivery_rate::make_room(sequence_number una, sequence_number seq) {
  auto needed = static_cast<std::size_t>(seq - una) + 1;
  if (needed <= flights_.size())
    return;
  std::vector<flight> larger(std::max(smallest_ring, flights_.size() * 2));
  for (auto known = una; known != seq && !flights_.empty(); known = known + 1)
    larger[known.value & (larger.size() - 1)] = (*this)[known];
  flights_ = std::move(larger);
}

} // namespace warren::udx
