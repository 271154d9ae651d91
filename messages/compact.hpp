#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"
#include "messages/node_id.hpp"

#include <optional>
#include <vector>

/// "Compact" address and node forms of KRPC (BEP 5; BEP 32 for IPv6): address and port in network order; a node is its id
/// in front of that.
namespace warren::dht {

inline constexpr std::size_t compact_peer_size_v4 = 6;
inline constexpr std::size_t compact_peer_size_v6 = 18;

constexpr std::size_t compact_peer_size(address_family family) noexcept {
  return family == address_family::ipv4 ? compact_peer_size_v4 : compact_peer_size_v6;
}

constexpr std::size_t compact_node_size(address_family family) noexcept {
  return node_id::size + compact_peer_size(family);
}

/// Appends address and port: 6 or 18 octets.
void put_compact(bytes& out, const endpoint& where);

/// Appends id, address and port: 26 or 38 octets.
void put_compact(bytes& out, const node_info& node);

/// Returns the endpoint in `raw` of 6 (IPv4) or 18 octets (IPv6); nothing when the length is another.
std::optional<endpoint> parse_compact_endpoint(byte_view raw);

/// Returns the nodes of one family in `raw`; nothing when its length is no multiple of the family's node size.
std::optional<std::vector<node_info>> parse_compact_nodes(byte_view raw, address_family family);

} // namespace warren::dht
