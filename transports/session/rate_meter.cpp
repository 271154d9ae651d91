#include "transports/session/rate_meter.hpp"

#include <algorithm>
#include <utility>

namespace warren::session {

namespace {

// Clocks may stand still within one batch of events, and the peer's delay may be told too long. Below this it takes more than a
// small record to show that a path is fast.
constexpr duration shortest_time = std::chrono::microseconds{100};

} // namespace

void rate_meter::on_path(bool unacknowledged) noexcept {
  *this = {};
  mixed_ = unacknowledged;
}

void rate_meter::on_acknowledged(
    time_point now, std::uint64_t next, std::size_t octets, duration peer_delay) noexcept {
  if (!sample_)
    return;
  sample_->octets += octets;
  if (next <= sample_->number)
    return;
  auto time = std::max<duration>(now - sample_->since - std::max<duration>(peer_delay, {}), shortest_time);
  auto seconds = std::chrono::duration<double>{time}.count();
  auto rate = static_cast<std::uint64_t>(static_cast<double>(sample_->octets) / seconds);
  sample_.reset();
  if (!std::exchange(mixed_, false))
    note(now, std::max<std::uint64_t>(rate, 1));
}

void rate_meter::note(time_point now, std::uint64_t rate) noexcept {
  if (now - window_since_ < window) {
    largest_ = std::max(largest_, rate);
    return;
  }
  largest_before_ = now - window_since_ < 2 * window ? largest_ : 0;
  largest_ = rate;
  window_since_ = now;
}

std::optional<std::uint64_t> rate_meter::rate() const noexcept {
  auto known = std::max(largest_, largest_before_);
  return known > 0 ? std::optional{known} : std::nullopt;
}

} // namespace warren::session
