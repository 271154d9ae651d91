#include "transports/relay/reconnect_policy.hpp"

#include <algorithm>

namespace warren::relay {

duration reconnect_policy::next(random_source& random) {
  // 2^20 times any sensible first wait is above any sensible longest one; keeps the shift in range.
  constexpr unsigned most_doublings = 20;
  auto whole = std::min(config_.longest, config_.first * (1 << std::min(failures_, most_doublings)));
  ++failures_;
  return jitter(whole, random);
}

duration reconnect_policy::longest(random_source& random) {
  ++failures_;
  return jitter(config_.longest, random);
}

duration reconnect_policy::jitter(duration whole, random_source& random) {
  auto half = whole / 2;
  return whole - half
         + duration{static_cast<duration::rep>(random.below(static_cast<std::uint64_t>(half.count()) + 1))};
}

} // namespace warren::relay
