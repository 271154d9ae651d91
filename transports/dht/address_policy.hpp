#pragma once

#include "messages/address_prefix.hpp"

#include <span>

namespace warren::dht {

/// True when a datagram can be sent to `where` and could have come from there: a port, one host, the right family.
bool is_usable(const endpoint& where, address_family family) noexcept;

/// True when `where`, named by the node at `source`, may be contacted: usable, and not of a narrower scope than the node
/// itself. So nobody on the Internet can send us into our own network: a loopback address is taken only from a loopback
/// node, a private one only from a private or loopback node.
bool is_acceptable(const endpoint& where, const ip_address& source, address_family family) noexcept;

/// True for addresses that are not of the public Internet: those that BEP 42 exempts from its rule ("The exception to
/// this rule ..."), which are loopback, link-local and RFC 1918's, and also carrier-grade NAT's and unique local ones.
bool is_local(const ip_address& address) noexcept;

/// True when there are bootstrap nodes and all are local: then the network is a laboratory's or a private one, whose
/// nodes may share addresses (config::allow_same_ip). Whoever names no bootstrap node may be on the public network.
bool all_local(std::span<const endpoint> bootstrap) noexcept;

/// True when who is at `address` may have as many nodes as they like: on loopback, and with `allow_same_ip` at any local
/// address. A public address is never exempt.
bool may_share(const ip_address& address, bool allow_same_ip) noexcept;

/// Returns the network that one party is assumed to own: the /24 of an IPv4, the /64 of an IPv6 address.
ip_address network_of(const ip_address& address);

/// Returns the same as a number, for quick comparison of addresses of one family. 0 only for the /64 of ::1.
inline std::uint64_t network_key(const ip_address& address) noexcept {
  auto v4 = address.family() == address_family::ipv4;
  std::uint64_t result = v4 ? 1 : 0;
  for (auto octet : address.octets().first(v4 ? 3 : 8))
    result = result << 8 | std::to_integer<std::uint64_t>(octet);
  return result;
}

/// Returns the network that has one vote about our own address: the /24 of an IPv4, the /48 of an IPv6 address, since many
/// providers give each customer more than a /64.
ip_address voting_network_of(const ip_address& address);

} // namespace warren::dht
