#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"

#include <list>
#include <unordered_map>

namespace warren::dht {

/// Smoothed round-trip time and its variation as in RFC 6298 2.
struct rtt_estimate {
  duration srtt{};
  duration rttvar{};
  bool measured = false;

  void add(duration sample);

  /// Returns SRTT + 4 * RTTVAR (RFC 6298 2.3).
  duration rto() const noexcept { return srtt + 4 * rttvar; }
};

/// Round-trip times of nodes, and of all nodes together for those not met yet. Holds `capacity` nodes; the one unused for
/// longest is forgotten first.
class rtt_table {
public:
  explicit rtt_table(std::size_t capacity) : capacity_{capacity} {}

  void add(const endpoint& node, duration sample);

  /// Returns the estimate for `node`; not measured when it is unknown.
  rtt_estimate of(const endpoint& node) const;

  /// Returns the estimate over all nodes.
  const rtt_estimate& overall() const noexcept { return overall_; }

  std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    endpoint node;
    rtt_estimate estimate;
  };

  std::size_t capacity_;
  std::list<entry> entries_; // latest first
  std::unordered_map<endpoint, std::list<entry>::iterator> index_;
  rtt_estimate overall_;
};

} // namespace warren::dht
