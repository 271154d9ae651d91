#pragma once

#include "messages/peer_id.hpp"
#include "messages/time.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/rate_limiter.hpp"

#include <map>
#include <vector>

namespace warren::dht {

/// Says how much this node forwards, by source address and by target.
class forwarding_limiter {
public:
  explicit forwarding_limiter(const rendezvous_limits& limits) : limits_{limits} {}

  /// Returns whether a payload of `source` may go to `target`, and counts it.
  bool admit(time_point now, const ip_address& source, const peer_id& target);

private:
  rendezvous_limits limits_;
  std::map<ip_address, token_bucket> sources_;
  std::map<peer_id, token_bucket> targets_;
};

/// Where a peer can be reached through the DHT: the nodes that gave its record, with the tokens that they gave. Tokens
/// grow old, so that a point lives for token_rotation. At `max_peers` the oldest peer goes, at `max_points` the oldest
/// point of a peer.
class rendezvous_book {
public:
  static constexpr std::size_t max_peers = 256;
  static constexpr std::size_t max_points = 4;

  struct point {
    endpoint node;
    bytes token;
    time_point expires;
  };

  void add(time_point now, const info_hash& topic, const peer_id& peer, const endpoint& node, byte_view token);

  /// Returns the live points of `peer`, latest first.
  std::vector<point> points(time_point now, const info_hash& topic, const peer_id& peer) const;

  std::size_t peers() const noexcept { return known_.size(); }

private:
  using name = std::pair<info_hash, peer_id>;
  std::map<name, std::vector<point>> known_; // latest last; never empty
};

} // namespace warren::dht
