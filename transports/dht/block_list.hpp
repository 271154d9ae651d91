#pragma once

#include "messages/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::dht {

/// A network in CIDR notation (RFC 4632 3.1).
struct network {
  ip_address base;
  unsigned bits = 0;

  /// Returns the network written as "192.0.2.0/24", "2001:db8::/32" or, for one host, without the slash; or nothing.
  static std::optional<network> parse(std::string_view text);

  bool contains(const ip_address& address) const noexcept;
};

/// Returns the network as network::parse() takes it.
std::string to_string(const network& what);

bool contains(const std::vector<network>& networks, const ip_address& address) noexcept;

} // namespace warren::dht
