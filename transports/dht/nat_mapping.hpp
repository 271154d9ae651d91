#pragma once

#include "messages/endpoint.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace warren::dht {

/// How a peer's NAT maps its port (RFC 4787 4.1), as far as it knows.
enum class nat_kind : std::uint8_t {
  unknown = 0,
  /// None, or a port of it is open.
  open = 1,
  /// The same external port towards everybody.
  consistent = 2,
  /// Another external port towards each destination.
  random = 3,
};

/// Returns "unknown", "open", "consistent" or "random".
std::string_view to_string(nat_kind kind) noexcept;

/// A node at `observer` sees us at `seen` (BEP 42, `ip`). A port of 0 says nothing about the port.
struct observation {
  endpoint observer;
  endpoint seen;
};

/// What observations tell about the NAT before us.
struct nat_mapping {
  nat_kind kind = nat_kind::unknown;
  /// The mapping behaviour in RFC 4787's words ("endpoint-independent", ...); empty when it is not known or there is no NAT.
  std::string_view behaviour{};
  /// The address that more than half of the observers see, if there is one, with the port most of them see.
  std::optional<endpoint> external{};
  /// Hosts that observed, and ports that they saw us at.
  std::size_t hosts = 0;
  std::size_t ports = 0;
};

/// Tells from `seen` how the NAT maps, where `own` are the endpoints that our socket has on our own host. Nothing is told
/// from fewer than `needed` observations, and every answer is that of more than half of the hosts that observed, so that a
/// few liars change nothing:
/// - open: what they see is one of our own endpoints;
/// - consistent: hosts, two at least, see the same port. From one host alone a NAT that maps per address looks the same;
/// - random: no port has a majority, or no address has (RFC 4787 4.1: address pooling that is not paired).
nat_mapping find_mapping(
    std::span<const observation> seen, std::span<const endpoint> own, std::size_t needed);

} // namespace warren::dht
