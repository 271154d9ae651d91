#include "transports/relay/token_bucket.hpp"

#include <algorithm>

namespace warren::relay {

namespace {

using seconds = std::chrono::duration<double>;

} // namespace

token_bucket::token_bucket(std::uint32_t rate, std::uint32_t burst, time_point now)
    : rate_{static_cast<double>(rate)}, burst_{static_cast<double>(burst)}, balance_{burst_}, refilled_{now} {
}

void token_bucket::refill(time_point now) {
  if (now <= refilled_)
    return;
  balance_ =
      std::min(burst_, balance_ + rate_ * std::chrono::duration_cast<seconds>(now - refilled_).count());
  refilled_ = now;
}

void token_bucket::take(time_point now, std::size_t octets) {
  if (rate_ == 0)
    return;
  refill(now);
  balance_ -= static_cast<double>(octets);
}

time_point token_bucket::ready_at(time_point now) const {
  if (rate_ == 0)
    return now;
  auto ready = refilled_;
  if (balance_ < 0)
    ready += std::chrono::ceil<duration>(seconds{-balance_ / rate_});
  return std::max(ready, now);
}

} // namespace warren::relay
