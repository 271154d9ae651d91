#include "transports/net/multicast_group.hpp"

#include "transports/net/socket_address.hpp"

#include <ifaddrs.h>
#include <net/if.h>

#include <cerrno>
#include <memory>

namespace warren::net {

namespace {

/// Returns the indices of the interfaces that the group belongs on.
std::set<unsigned> suitable_interfaces(address_family family, const std::optional<ip_address>& only) {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0)
    return {};
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list{raw, freeifaddrs};
  constexpr unsigned needed = IFF_UP | IFF_RUNNING | IFF_MULTICAST;
  std::set<unsigned> found;
  for (auto* each = raw; each != nullptr; each = each->ifa_next) {
    auto fits = each->ifa_addr != nullptr && (each->ifa_flags & needed) == needed
                && !(each->ifa_flags & IFF_LOOPBACK);
    if (!fits || each->ifa_addr->sa_family != (family == address_family::ipv4 ? AF_INET : AF_INET6))
      continue;
    socket_address address;
    address.v6 = {};
    std::memcpy(
        &address.v6, each->ifa_addr,
        family == address_family::ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (!only || address.to_endpoint().address == *only)
      found.insert(if_nametoindex(each->ifa_name));
  }
  found.erase(0); // gone in between
  return found;
}

} // namespace

result<std::unique_ptr<multicast_group>> multicast_group::open(
    const endpoint& group, std::optional<ip_address> only) {
  udp_options options;
  options.receive_buffer = 256 * 1024;
  options.send_buffer = 64 * 1024;
  options.segmentation_offload = false;
  options.share_port = true;
  // Bound to the group's own address, so that datagrams to other groups or to the host do not come in.
  auto socket = udp_socket::bind(group, options);
  if (!socket)
    return socket.error();
  auto fd = (*socket)->native_handle();
  int hops = 1;
  auto v4 = group.address.family() == address_family::ipv4;
  auto set = v4 ? setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops))
                : setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
  if (set != 0)
    return std::error_code{errno, std::system_category()};
  return std::unique_ptr<multicast_group>{new multicast_group{group, only, std::move(*socket)}};
}

bool multicast_group::join(unsigned index) {
  socket_address group{group_};
  group_req request{};
  request.gr_interface = index;
  std::memcpy(&request.gr_group, &group.any, group.size);
  auto level = group_.address.family() == address_family::ipv4 ? IPPROTO_IP : IPPROTO_IPV6;
  // EADDRINUSE: joined already.
  return setsockopt(socket_->native_handle(), level, MCAST_JOIN_GROUP, &request, sizeof(request)) == 0
         || errno == EADDRINUSE;
}

bool multicast_group::refresh() {
  auto present = suitable_interfaces(group_.address.family(), only_);
  // An interface that went away took its membership along; its index never comes back for another one soon.
  std::erase_if(joined_, [&](unsigned index) { return !present.contains(index); });
  auto before = joined_.size();
  for (auto index : present)
    if (!joined_.contains(index) && join(index))
      joined_.insert(index);
  return joined_.size() > before;
}

std::size_t multicast_group::send(byte_view payload) {
  auto fd = socket_->native_handle();
  auto v4 = group_.address.family() == address_family::ipv4;
  std::size_t sent = 0;
  for (auto index : joined_) {
    ip_mreqn through{};
    through.imr_ifindex = static_cast<int>(index);
    auto chosen = static_cast<int>(index);
    auto set = v4 ? setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof(through))
                  : setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &chosen, sizeof(chosen));
    if (set == 0)
      sent += socket_->send(group_, payload).sent;
  }
  return sent;
}

} // namespace warren::net
