#pragma once

#include "transports/dht/contact.hpp"

#include <optional>
#include <vector>

namespace warren::dht {

/// Up to k nodes of one part of the key space, and up to k more that wait for a place (the replacement cache of the
/// Kademlia paper, 4.1).
struct bucket {
  std::vector<contact> nodes;
  /// Oldest first; at the bound the oldest goes.
  std::vector<contact> replacements;
  /// When a node of it was last added, replaced or heard.
  time_point changed{};
  /// When a lookup was last made for a place in it; empty = never.
  std::optional<time_point> refreshed;

  bool full() const noexcept { return nodes.size() >= k; }
};

} // namespace warren::dht
