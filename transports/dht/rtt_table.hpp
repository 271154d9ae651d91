#pragma once

#include "messages/time.hpp"
#include "transports/dht/keyed_hash.hpp"

#include <vector>

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
///
/// Small rather than exact, since every node of a process has one: a node is known by 32 bits of its endpoint's keyed hash,
/// so that two share an estimate once in four thousand million, and times are kept in microseconds.
class rtt_table {
public:
  rtt_table(std::size_t capacity, random_source& random) : hash_of_{random}, capacity_{capacity} {}

  void add(const endpoint& node, duration sample);

  /// Returns the estimate for `node`; not measured when it is unknown.
  rtt_estimate of(const endpoint& node) const;

  /// Returns the estimate over all nodes.
  const rtt_estimate& overall() const noexcept { return overall_; }

  std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    std::uint32_t node = 0;
    std::uint32_t srtt = 0;   // microseconds
    std::uint32_t rttvar = 0; // microseconds
    std::uint32_t used = 0;
  };

  static rtt_estimate unpack(const entry& packed);
  entry& place_of(std::uint32_t node);

  keyed_hash hash_of_;
  std::size_t capacity_;
  std::uint32_t uses_ = 0;
  std::vector<entry> entries_;
  rtt_estimate overall_;
};

} // namespace warren::dht
