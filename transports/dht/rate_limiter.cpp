#include "transports/dht/rate_limiter.hpp"

#include "transports/dht/address_policy.hpp"

#include <algorithm>
#include <limits>

namespace warren::dht {

namespace {

/// While all places are taken, idle sources are looked for at most this often.
constexpr duration expiry_interval = std::chrono::seconds{1};

std::uint32_t milliseconds(duration since_epoch) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

std::uint32_t stamp(time_point when) {
  return milliseconds(when.time_since_epoch());
}

/// True when `a` is later than `b`, for stamps less than 24 days apart.
bool later(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) > 0;
}

} // namespace

bool token_bucket::take(time_point now, double amount, double reserve) {
  auto elapsed = std::chrono::duration<double>(now - filled_).count();
  level_ = std::min(burst_, level_ + std::max(elapsed, 0.0) * rate_);
  filled_ = std::max(now, filled_);
  if (level_ < amount + reserve)
    return false;
  level_ -= amount;
  return true;
}

bool token_bucket::full(time_point now) const {
  return level_ + std::max(std::chrono::duration<double>(now - filled_).count(), 0.0) * rate_ >= burst_;
}

rate_limiter::rate_limiter(
    const rate_limits& limits, bool allow_same_ip, random_source& random, time_point now)
    : limits_{limits},
      allow_same_ip_{allow_same_ip},
      sources_{random},
      newcomers_{limits.newcomer_queries_per_second, limits.newcomer_burst, now},
      replies_{limits.reply_bytes_per_second, limits.reply_burst_bytes, now},
      next_expiry_{now} {
}

bool rate_limiter::admit(time_point now, const endpoint& source, std::size_t size) {
  auto earned = static_cast<float>(amplification_ratio * size);
  auto state = state_of(now, key_of(source), false);
  if (!state) {
    newcomer_credit_ = earned;
    return newcomers_.take(now, 1);
  }
  if (state->queries < 1)
    return false;
  state->queries -= 1;
  state->credit = std::min(state->credit + earned, static_cast<float>(limits_.unproved_bytes) + earned);
  return true;
}

void rate_limiter::prove(time_point now, const endpoint& source) {
  if (auto state = state_of(now, key_of(source), true))
    state->proved_until = stamp(now + proved_for);
}

bool rate_limiter::proved(time_point now, const endpoint& source) const {
  auto found = sources_.find(key_of(source));
  return found && later(found->proved_until, stamp(now));
}

std::size_t rate_limiter::allowance(time_point now, const endpoint& source) const {
  auto found = sources_.find(key_of(source));
  if (!found)
    return static_cast<std::size_t>(newcomer_credit_);
  if (later(found->proved_until, stamp(now)))
    return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(std::max(found->credit, 0.0f));
}

bool rate_limiter::admit_reply(time_point now, const endpoint& source, std::size_t size) {
  auto trusted = proved(now, source);
  if (size > allowance(now, source)
      || !replies_.take(now, static_cast<double>(size), trusted ? 0 : limits_.reply_burst_bytes / 2))
    return false;
  auto found = sources_.find(key_of(source));
  if (!found)
    newcomer_credit_ -= static_cast<float>(size);
  else if (!trusted)
    found->credit -= static_cast<float>(size);
  return true;
}

void rate_limiter::expire(time_point now) {
  sources_.erase_if([&](const source_state& state) { return idle(now, state); });
  next_expiry_ = now + expiry_interval;
}

endpoint rate_limiter::key_of(const endpoint& source) const {
  return may_share(source.address, allow_same_ip_) ? source : endpoint{source_of(source.address), 0};
}

rate_limiter::source_state* rate_limiter::state_of(time_point now, const endpoint& key, bool proven) {
  auto found = sources_.find(key);
  if (found) {
    refill(now, *found);
    return found;
  }
  // A quarter of the places is only for those who have proved their address.
  auto places = proven ? limits_.sources : limits_.sources - limits_.sources / 4;
  if (sources_.size() >= places && next_expiry_ <= now)
    expire(now);
  if (sources_.size() >= places)
    return nullptr;
  return &sources_.insert(
      key, {static_cast<float>(limits_.query_burst), static_cast<float>(limits_.unproved_bytes), stamp(now),
            stamp(now)});
}

void rate_limiter::refill(time_point now, source_state& state) const {
  auto present = stamp(now);
  auto burst = static_cast<float>(limits_.query_burst);
  auto bytes = static_cast<float>(limits_.unproved_bytes);
  if (later(present, state.last)) {
    auto elapsed = static_cast<float>(present - state.last) / 1000;
    auto window = std::chrono::duration<float>(unproved_window).count();
    state.queries = std::min(burst, state.queries + elapsed * static_cast<float>(limits_.queries_per_second));
    state.credit = std::min(bytes, state.credit + elapsed * bytes / window);
    state.last = present;
  }
  if (!later(state.proved_until, present))
    state.proved_until = present;
}

bool rate_limiter::idle(time_point now, const source_state& state) const {
  auto as_new = state;
  refill(now, as_new);
  return !later(as_new.proved_until, stamp(now)) && as_new.queries >= static_cast<float>(limits_.query_burst)
         && as_new.credit >= static_cast<float>(limits_.unproved_bytes);
}

} // namespace warren::dht
