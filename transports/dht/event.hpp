#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"

#include <compare>
#include <cstdint>
#include <system_error>
#include <variant>
#include <vector>

namespace warren::dht {

/// Names one get_peers or announce call of a node; never used twice.
struct lookup_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const lookup_id&, const lookup_id&) = default;
};

/// New peers of a running lookup: each endpoint once per lookup, and only ones that the family and the answering node's
/// scope allow (see address_policy.hpp).
struct peers_found {
  lookup_id lookup{};
  std::vector<endpoint> peers{};
};

/// The last event of a lookup, unless it was cancelled.
struct lookup_done {
  lookup_id lookup{};
  std::size_t peers = 0;
  /// Queries asked: repetitions of a lost one are not counted again.
  std::size_t queries = 0;
  /// Steps from a node known at the start to the farthest of the closest nodes.
  std::size_t hops = 0;
  duration took{};
  /// Nodes that confirmed the announcement; 0 for get_peers.
  std::size_t announced_to = 0;
  /// Empty, or why nobody was asked: errc::no_nodes, errc::too_many_lookups.
  std::error_code why{};
};

/// A bootstrap has ended with nodes in the table, or with none because there is nobody to ask (then this node is the
/// network). Attempts that reach nobody are repeated instead.
struct bootstrapped {
  std::size_t nodes = 0;
};

/// The public endpoint on which most other nodes agree has become known or has changed (BEP 42).
struct external_address {
  endpoint where;
};

using event = std::variant<peers_found, lookup_done, bootstrapped, external_address>;

} // namespace warren::dht
