#include "transports/net/receive_pace.hpp"

#include <algorithm>
#include <utility>

namespace warren::net {

duration receive_pace::pause(time_point now, std::uint64_t octets, std::size_t unread) noexcept {
  measure(now, octets);
  if (rate_ < busy_rate && unread <= most_unread_batches)
    return duration::zero();
  std::chrono::duration<double> until_filled{
      static_cast<double>(room_ / part_to_fill) / std::max(rate_, 1.0)};
  return until_filled < longest_pause ? std::chrono::duration_cast<duration>(until_filled) : longest_pause;
}

void receive_pace::measure(time_point now, std::uint64_t octets) noexcept {
  auto elapsed = now - measured_at_;
  if (elapsed < rate_interval)
    return;
  auto came = static_cast<double>(octets - std::exchange(measured_, octets));
  rate_ = came / std::chrono::duration<double>{elapsed}.count();
  measured_at_ = now;
}

} // namespace warren::net
