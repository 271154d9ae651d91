#include "transports/net/own_addresses.hpp"

#include "transports/net/socket_address.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace warren::net {

namespace {

/// Returns the addresses of the interfaces that have all of `flags`, the loopback's left out.
std::vector<ip_address> addresses_of_interfaces(unsigned flags) {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0)
    return {};
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list{raw, freeifaddrs};
  std::vector<ip_address> result;
  for (auto* each = raw; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & flags) != flags
        || (each->ifa_flags & IFF_LOOPBACK) != 0)
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

// RFC 4291 2.5.6: fe80::/10.
bool is_link_local(const ip_address& address) {
  auto octets = address.octets();
  return address.family() == address_family::ipv6 && octets[0] == std::byte{0xfe}
         && (octets[1] & std::byte{0xc0}) == std::byte{0x80};
}

/// A UDP socket connected to somebody, which sends nothing and only looks the route up.
class routed_socket {
public:
  explicit routed_socket(const endpoint& remote)
      : fd_{::socket(
          remote.address.family() == address_family::ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC,
          0)} {
    socket_address to{remote};
    routed_ = fd_ >= 0 && ::connect(fd_, &to.any, to.size) == 0;
  }

  ~routed_socket() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  routed_socket(const routed_socket&) = delete;
  routed_socket& operator=(const routed_socket&) = delete;

  bool routed() const noexcept { return routed_; }
  int get() const noexcept { return fd_; }

private:
  int fd_;
  bool routed_ = false;
};

} // namespace

std::vector<ip_address> own_addresses() {
  return addresses_of_interfaces(IFF_UP);
}

std::optional<ip_address> source_towards(const endpoint& remote) {
  routed_socket socket{remote};
  socket_address from;
  socklen_t size = sizeof(from.v6);
  if (!socket.routed() || ::getsockname(socket.get(), &from.any, &size) != 0)
    return std::nullopt;
  return from.to_endpoint().address;
}

std::optional<std::size_t> mtu_towards(const endpoint& remote) {
  routed_socket socket{remote};
  auto v4 = remote.address.family() == address_family::ipv4;
  int mtu = 0;
  socklen_t size = sizeof(mtu);
  if (!socket.routed()
      || ::getsockopt(socket.get(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, &mtu, &size) != 0)
    return std::nullopt;
  return static_cast<std::size_t>(mtu);
}

std::vector<ip_address> whereabouts() {
  auto result = addresses_of_interfaces(IFF_UP | IFF_RUNNING);
  std::erase_if(result, is_link_local);
  std::ranges::sort(result);
  // RFC 5737, RFC 3849: addresses that nobody has, so that the default route decides.
  for (auto nowhere : {"192.0.2.1:9", "[2001:db8::1]:9"})
    if (auto source = source_towards(*endpoint::parse(nowhere)))
      result.push_back(*source);
  return result;
}

} // namespace warren::net
