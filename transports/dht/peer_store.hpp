#pragma once

#include "messages/endpoint.hpp"
#include "messages/node_id.hpp"
#include "messages/random_source.hpp"
#include "transports/dht/config.hpp"

#include <unordered_map>
#include <vector>

namespace warren::dht {

/// Peers that announced themselves to this node (BEP 5, announce_peer). Bounded as peer_store_limits says.
class peer_store {
public:
  /// With `allow_same_ip` many peers may announce one topic from one local address, as from loopback.
  peer_store(const peer_store_limits& limits, bool allow_same_ip)
      : limits_{limits}, allow_same_ip_{allow_same_ip} {}

  /// Stores `peer`, or prolongs its announcement. Returns false when its source holds too many announcements.
  bool add(time_point now, const info_hash& topic, const endpoint& peer);

  /// Returns up to `most` live peers of `topic`: all, or a random choice.
  std::vector<endpoint> get(
      time_point now, const info_hash& topic, std::size_t most, random_source& random) const;

  /// Drops what has expired. Until then get() skips it.
  void expire(time_point now);

  std::size_t topics() const noexcept { return topics_.size(); }

  std::size_t peers() const noexcept { return total_; }

private:
  /// Where announcements come from (source_of), and how many of its are held.
  using source = std::pair<const ip_address, std::size_t>;

  struct announcement {
    endpoint peer;
    time_point expires;
    source* from = nullptr; // in sources_
  };

  using swarm = std::vector<announcement>;

  void make_room(swarm& peers, const announcement& newcomer);
  void evict_topic();
  static std::size_t least_held(const swarm& peers);
  void forget(const announcement& gone);

  peer_store_limits limits_;
  bool allow_same_ip_;
  std::unordered_map<info_hash, swarm> topics_;
  std::unordered_map<ip_address, std::size_t> sources_;
  std::size_t total_ = 0;
};

} // namespace warren::dht
