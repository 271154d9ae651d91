#include "transports/net/own_addresses.hpp"

#include "transports/net/socket_address.hpp"

#include <ifaddrs.h>
#include <net/if.h>

#include <memory>

namespace warren::net {

std::vector<ip_address> own_addresses() {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0)
    return {};
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list{raw, freeifaddrs};
  std::vector<ip_address> result;
  for (auto* each = raw; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0 || (each->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    auto v4 = each->ifa_addr->sa_family == AF_INET;
    if (!v4 && each->ifa_addr->sa_family != AF_INET6)
      continue;
    socket_address address;
    std::memcpy(&address.v6, each->ifa_addr, v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    result.push_back(address.to_endpoint().address);
  }
  return result;
}

} // namespace warren::net
