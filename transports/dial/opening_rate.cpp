#include "transports/dial/opening_rate.hpp"

#include <algorithm>

namespace warren::dial {

namespace {

/// While there are too many sources, those to forget are looked for at most so often.
constexpr duration forget_interval = std::chrono::seconds{1};

duration seconds(double n) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>{n});
}

} // namespace

opening_rate::opening_rate(double per_second, double burst, std::size_t sources)
    : token_{seconds(1 / per_second)}, emptying_{seconds(burst / per_second)}, max_sources_{sources} {
}

bool opening_rate::admit(time_point now, const ip_address& source) {
  if (auto known = full_at_.find(source); known != full_at_.end())
    return take(now, known->second);
  if (full_at_.size() >= max_sources_)
    forget_idle(now);
  if (full_at_.size() >= max_sources_)
    return take(now, newcomers_full_at_);
  return take(now, full_at_[source]);
}

bool opening_rate::take(time_point now, time_point& full_at) const {
  auto after = std::max(full_at, now) + token_;
  if (after - now > emptying_)
    return false;
  full_at = after;
  return true;
}

void opening_rate::forget_idle(time_point now) {
  if (now < forget_again_at_)
    return;
  forget_again_at_ = now + forget_interval;
  std::erase_if(full_at_, [&](const auto& bucket) { return bucket.second <= now; });
}

} // namespace warren::dial
