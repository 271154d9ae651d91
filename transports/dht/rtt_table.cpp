#include "transports/dht/rtt_table.hpp"

#include <algorithm>
#include <chrono>

namespace warren::dht {

namespace {

/// At least 1, so that rounding never makes a timeout of nothing.
std::uint32_t microseconds(duration d) {
  auto count = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 1, UINT32_MAX));
}

} // namespace

void rtt_estimate::add(duration sample) {
  if (!measured) { // RFC 6298 2.2
    srtt = sample;
    rttvar = sample / 2;
    measured = true;
    return;
  }
  // RFC 6298 2.3: beta = 1/4, alpha = 1/8.
  rttvar = (3 * rttvar + std::chrono::abs(srtt - sample)) / 4;
  srtt = (7 * srtt + sample) / 8;
}

void rtt_table::add(const endpoint& node, duration sample) {
  overall_.add(sample);
  auto& place = place_of(hash_of_(node));
  auto estimate = unpack(place);
  estimate.add(sample);
  place.srtt = microseconds(estimate.srtt);
  place.rttvar = microseconds(estimate.rttvar);
  place.used = ++uses_;
}

rtt_estimate rtt_table::of(const endpoint& node) const {
  auto wanted = hash_of_(node);
  auto found = std::find_if(
      entries_.begin(), entries_.end(), [wanted](const entry& held) { return held.node == wanted; });
  return found == entries_.end() ? rtt_estimate{} : unpack(*found);
}

rtt_estimate rtt_table::unpack(const entry& packed) {
  if (packed.used == 0)
    return {};
  return {std::chrono::microseconds{packed.srtt}, std::chrono::microseconds{packed.rttvar}, true};
}

/// Returns the entry of `node`: the one it has, a new one, or that of the node unused for longest.
rtt_table::entry& rtt_table::place_of(std::uint32_t node) {
  auto found =
      std::find_if(entries_.begin(), entries_.end(), [node](const entry& held) { return held.node == node; });
  if (found != entries_.end())
    return *found;
  if (entries_.size() < capacity_ || entries_.empty())
    return entries_.emplace_back(entry{.node = node});
  auto oldest = std::min_element(
      entries_.begin(), entries_.end(), [](const entry& a, const entry& b) { return a.used < b.used; });
  *oldest = {.node = node};
  return *oldest;
}

} // namespace warren::dht
