#pragma once

#include "messages/node_id.hpp"
#include "messages/result.hpp"

#include <vector>

namespace warren::dht {

/// What a node keeps from one run to the next: its id and the nodes it knew, best first.
struct saved_table {
  node_id id;
  std::vector<node_info> nodes;

  friend bool operator==(const saved_table&, const saved_table&) = default;
};

/// Nodes of one saved table at most; the rest is left out when saving.
inline constexpr std::size_t max_saved_nodes = 1000;

/// Returns the table as a bencoded dictionary {"id": 20 octets, "nodes": compact IPv4 nodes, "nodes6": compact IPv6
/// nodes, "version": 1}, as a file may hold it.
bytes encode(const saved_table& table);

/// Returns the table in `raw`; errc::bad_saved_table when it is damaged or of another version.
result<saved_table> decode_saved_table(byte_view raw);

} // namespace warren::dht
