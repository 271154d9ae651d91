#pragma once

#include "messages/endpoint.hpp"
#include "messages/node_id.hpp"
#include "messages/time.hpp"
#include "transports/dht/event.hpp"

#include <map>
#include <optional>
#include <vector>

namespace warren::dht {

/// The nodes that store announcements of ours: what they forward is listened to, and they are pinged so that the NAT
/// mappings to them stay (DESIGN section 3). One entry per announce, until it is cancelled or its announcement has expired.
/// At `max_entries` the oldest goes.
class warm_set {
public:
  static constexpr std::size_t max_entries = 64;

  /// Pings every `interval`, 0 = never, for `lifetime`.
  warm_set(duration interval, duration lifetime) : interval_{interval}, lifetime_{lifetime} {}

  void add(time_point now, lookup_id announce, const info_hash& topic, const std::vector<endpoint>& nodes);

  void remove(lookup_id announce) { entries_.erase(announce); }

  void forget(const info_hash& topic);

  /// True when `node` stores an announcement of ours under `topic`.
  bool stores(time_point now, const info_hash& topic, const endpoint& node) const;

  /// Returns the nodes to ping now, each once.
  std::vector<endpoint> due(time_point now);

  std::optional<time_point> poll_timeout() const;

private:
  struct entry {
    info_hash topic;
    std::vector<endpoint> nodes;
    time_point next;
    time_point until;
  };

  duration interval_;
  duration lifetime_;
  std::map<lookup_id, entry> entries_;
};

} // namespace warren::dht
