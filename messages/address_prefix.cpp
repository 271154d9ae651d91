#include "messages/address_prefix.hpp"

#include <algorithm>

namespace warren {

ip_address prefix_of(const ip_address& address, std::size_t octets_of_v4, std::size_t octets_of_v6) {
  auto octets = address.octets();
  if (address.family() == address_family::ipv4) {
    std::array<std::byte, 4> prefix{};
    std::copy_n(octets.begin(), octets_of_v4, prefix.begin());
    return ip_address::v4(prefix);
  }
  std::array<std::byte, 16> prefix{};
  std::copy_n(octets.begin(), octets_of_v6, prefix.begin());
  return ip_address::v6(prefix);
}

ip_address source_of(const ip_address& address) {
  return prefix_of(address, 4, 8);
}

} // namespace warren
