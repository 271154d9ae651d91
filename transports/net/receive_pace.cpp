#include "transports/net/receive_pace.hpp"

#include <algorithm>
#include <utility>

namespace warren::net {

duration receive_pace::pause(time_point now, const reading& last) noexcept {
  measure(now, last.octets);
  if (!last.drained || (rate_ < busy_rate && last.unread <= most_unread))
    return duration::zero();
  std::chrono::duration<double> until_filled{
      static_cast<double>(room_ / part_to_fill) / std::max(rate_, link_rate)};
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
