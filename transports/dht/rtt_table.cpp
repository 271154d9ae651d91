#include "transports/dht/rtt_table.hpp"

#include <chrono>

namespace warren::dht {

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
  auto found = index_.find(node);
  if (found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
  } else {
    if (entries_.size() == capacity_) {
      index_.erase(entries_.back().node);
      entries_.pop_back();
    }
    entries_.push_front({node, {}});
    index_[node] = entries_.begin();
  }
  entries_.front().estimate.add(sample);
}

rtt_estimate rtt_table::of(const endpoint& node) const {
  auto found = index_.find(node);
  return found == index_.end() ? rtt_estimate{} : found->second->estimate;
}

} // namespace warren::dht
