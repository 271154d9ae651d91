#include "transports/dht/bootstrap.hpp"

#include <algorithm>

namespace warren::dht {

void bootstrap_schedule::on_failure(time_point now, random_source& random) {
  wait_ = wait_ == duration::zero() ? first_wait_ : std::min(2 * wait_, longest_wait_);
  auto half = std::max<duration::rep>(wait_.count() / 2, 1);
  retry_at_ = now + wait_ - duration{random.below(static_cast<std::uint64_t>(half))};
  state_ = state::waiting;
}

} // namespace warren::dht
