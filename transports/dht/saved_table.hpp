#pragma once

#include "messages/node_id.hpp"
#include "messages/result.hpp"
#include "transports/dht/config.hpp"

#include <optional>
#include <vector>

namespace warren::dht {

/// What a node keeps from one run to the next: its id, the nodes it knew, best first, and where others saw it.
struct saved_table {
  node_id id;
  std::vector<node_info> nodes;
  std::optional<endpoint> external{};

  friend bool operator==(const saved_table&, const saved_table&) = default;
};

/// Nodes of one saved table at most; the rest is left out when saving.
inline constexpr std::size_t max_saved_nodes = 1000;

/// Returns the table as a file may hold it: a bencoded dictionary {"check": BLAKE2b-256 of the table's octets,
/// "table": a string with the bencoded dictionary below, "version": 2}, which is {"external": compact endpoint if
/// known, "id": 20 octets, "nodes": compact IPv4 nodes, "nodes6": compact IPv6 nodes}.
bytes encode(const saved_table& table);

/// Returns the table in `raw`; errc::bad_saved_table when it is damaged, errc::other_table_version when it is of
/// another version.
result<saved_table> decode_saved_table(byte_view raw);

/// Lets a node that is made with `settings` start from `table`.
void restore(const saved_table& table, config& settings);

} // namespace warren::dht
