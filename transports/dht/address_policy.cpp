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

bool may_share(const ip_address& address, bool allow_same_ip) noexcept {
  return address.is_loopback() || (allow_same_ip && is_local(address));
}

ip_address network_of(const ip_address& address) {
  return prefix_of(address, 3, 8);
}

ip_address voting_network_of(const ip_address& address) {
  return prefix_of(address, 3, 6);
}

} // namespace warren::dht
