#pragma once

#include "messages/endpoint.hpp"

#include <span>

namespace warren::dht {

/// True when a datagram can be sent to `where` and could have come from there: a port, one host, the right family.
bool is_usable(const endpoint& where, address_family family) noexcept;

/// True when `where`, named by the node at `source`, may be contacted: usable, and not of a narrower scope than the node
/// itself. So nobody on the Internet can send us into our own network: a loopback address is taken only from a loopback
/// node, a private one only from a private or loopback node.
bool is_acceptable(const endpoint& where, const ip_address& source, address_family family) noexcept;

/// True for addresses that BEP 42 exempts from its rule ("The exception to this rule ..."): loopback and private ones.
bool is_local(const ip_address& address) noexcept;

/// True when there are bootstrap nodes and all are local: then the network is a laboratory's or a private one, whose
/// nodes may share addresses (config::allow_same_ip). Whoever names no bootstrap node may be on the public network.
bool all_local(std::span<const endpoint> bootstrap) noexcept;

/// Returns the network that one party is assumed to own: the /24 of an IPv4, the /64 of an IPv6 address.
ip_address network_of(const ip_address& address);

} // namespace warren::dht
