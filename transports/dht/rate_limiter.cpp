#include "transports/dht/rate_limiter.hpp"

#include <algorithm>

namespace warren::dht {

bool token_bucket::take(time_point now, double amount) {
  auto elapsed = std::chrono::duration<double>(now - filled_).count();
  level_ = std::min(burst_, level_ + std::max(elapsed, 0.0) * rate_);
  filled_ = std::max(now, filled_);
  if (level_ < amount)
    return false;
  level_ -= amount;
  return true;
}

rate_limiter::rate_limiter(const rate_limits& limits, bool allow_same_ip, time_point now)
    : limits_{limits},
      allow_same_ip_{allow_same_ip},
      forget_after_{std::chrono::duration_cast<duration>(
          std::chrono::duration<double>(limits.query_burst / std::max(limits.queries_per_second, 0.001)))},
      newcomers_{limits.queries_per_second, limits.query_burst, now},
      replies_{limits.reply_bytes_per_second, limits.reply_burst_bytes, now} {
}

bool rate_limiter::admit(time_point now, const endpoint& source) {
  return bucket_of(now, allow_same_ip_ || source.address.is_loopback() ? source : endpoint{source.address, 0})
      .take(now, 1);
}

token_bucket& rate_limiter::bucket_of(time_point now, const endpoint& source) {
  auto found = index_.find(source);
  if (found != index_.end()) {
    sources_.splice(sources_.begin(), sources_, found->second);
  } else {
    if (sources_.size() >= limits_.sources) {
      if (sources_.empty() || now - sources_.back().last < forget_after_)
        return newcomers_;
      index_.erase(sources_.back().source);
      sources_.pop_back();
    }
    sources_.push_front({source, {limits_.queries_per_second, limits_.query_burst, now}, now});
    index_[source] = sources_.begin();
  }
  sources_.front().last = now;
  return sources_.front().queries;
}

} // namespace warren::dht
