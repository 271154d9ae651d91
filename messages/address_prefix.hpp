#pragma once

#include "messages/endpoint.hpp"

namespace warren {

/// Returns `address` with all but the first so many octets zero; an IPv4 address has 4 of them, an IPv6 address 16.
ip_address prefix_of(const ip_address& address, std::size_t octets_of_v4, std::size_t octets_of_v6);

/// Returns what every limit per address counts by: an IPv4 address, or the /64 of an IPv6 one, since whoever has one of a
/// /64's addresses has all.
ip_address source_of(const ip_address& address);

} // namespace warren
