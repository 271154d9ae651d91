#include "transports/dht/address_policy.hpp"

#include <algorithm>

namespace warren::dht {

bool is_usable(const endpoint& where, address_family family) noexcept {
  const auto& address = where.address;
  return where.port != 0 && address.family() == family && !address.is_unspecified()
         && !address.is_multicast();
}

bool is_acceptable(const endpoint& where, const ip_address& source, address_family family) noexcept {
  if (!is_usable(where, family))
    return false;
  if (where.address.is_loopback())
    return source.is_loopback();
  return !where.address.is_private() || is_local(source);
}

bool is_local(const ip_address& address) noexcept {
  return address.is_loopback() || address.is_private();
}

bool all_local(std::span<const endpoint> bootstrap) noexcept {
  return !bootstrap.empty()
         && std::ranges::all_of(bootstrap, [](const endpoint& where) { return is_local(where.address); });
}

ip_address network_of(const ip_address& address) {
  auto octets = address.octets();
  if (address.family() == address_family::ipv4) {
    std::array<std::byte, 4> network{};
    std::copy_n(octets.begin(), 3, network.begin());
    return ip_address::v4(network);
  }
  std::array<std::byte, 16> network{};
  std::copy_n(octets.begin(), 8, network.begin());
  return ip_address::v6(network);
}

} // namespace warren::dht
