#include "transports/net/own_addresses.hpp"

#include "transports/net/socket_address.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

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

std::optional<ip_address> source_towards(const endpoint& remote) {
  // Connecting a UDP socket only looks the route up.
  auto v4 = remote.address.family() == address_family::ipv4;
  auto fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return std::nullopt;
  socket_address to{remote};
  socket_address from;
  socklen_t size = sizeof(from.v6);
  auto known = ::connect(fd, &to.any, to.size) == 0 && ::getsockname(fd, &from.any, &size) == 0;
  ::close(fd);
  return known ? std::optional{from.to_endpoint().address} : std::nullopt;
}

} // namespace warren::net
