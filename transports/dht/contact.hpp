#pragma once

#include "messages/node_id.hpp"
#include "messages/time.hpp"
#include "transports/dht/config.hpp"

namespace warren::dht {

/// BEP 5, Routing Table.
enum class node_state : std::uint8_t { good, questionable, bad };

/// BEP 5: "Nodes become bad when they fail to respond to multiple queries in a row."
inline constexpr unsigned failures_until_bad = 2;

/// A node in the routing table. Only nodes that have answered us get there.
struct contact {
  node_info info;
  /// When it last answered or asked.
  time_point last_heard;
  /// Queries unanswered in a row.
  unsigned failures = 0;
  /// Its id follows from its address (BEP 42).
  bool verified = false;

  node_state state(time_point now) const noexcept {
    if (failures >= failures_until_bad)
      return node_state::bad;
    return failures == 0 && now - last_heard < good_for ? node_state::good : node_state::questionable;
  }
};

} // namespace warren::dht
