#include "transports/net/route_news.hpp"

#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace warren::net {

namespace {

// NLMSG_ALIGN, RTA_ALIGN: everything begins at a multiple of four octets.
constexpr std::size_t aligned(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

/// Copies a header off the front; the kernel's structures are in the host's byte order, and a datagram need not be aligned.
template <class Header>
std::optional<Header> front(byte_view octets) {
  if (octets.size() < sizeof(Header))
    return std::nullopt;
  Header result;
  std::memcpy(&result, octets.data(), sizeof(Header));
  return result;
}

byte_view after(byte_view octets, std::size_t size) {
  return octets.subspan(std::min(octets.size(), aligned(size)));
}

std::optional<ip_address> address_of(byte_view octets, std::uint8_t family) {
  std::array<std::byte, 4> v4;
  std::array<std::byte, 16> v6;
  if (family == AF_INET && octets.size() == v4.size()) {
    std::ranges::copy(octets, v4.begin());
    return ip_address::v4(v4);
  }
  if (family == AF_INET6 && octets.size() == v6.size()) {
    std::ranges::copy(octets, v6.begin());
    return ip_address::v6(v6);
  }
  return std::nullopt;
}

/// Returns the interface's own address among the attributes: IFA_LOCAL, which IPv6 leaves out when IFA_ADDRESS is the same.
std::optional<ip_address> own_address(byte_view attributes, std::uint8_t family) {
  std::optional<ip_address> result;
  while (auto attribute = front<rtattr>(attributes)) {
    if (attribute->rta_len < sizeof(rtattr) || attribute->rta_len > attributes.size())
      return std::nullopt;
    auto value = attributes.first(attribute->rta_len).subspan(sizeof(rtattr));
    if (attribute->rta_type == IFA_LOCAL || (attribute->rta_type == IFA_ADDRESS && !result))
      result = address_of(value, family);
    attributes = after(attributes, attribute->rta_len);
  }
  return result;
}

} // namespace

bool route_news::handle(byte_view datagram) {
  bool changed = false;
  while (!datagram.empty()) {
    auto header = front<nlmsghdr>(datagram);
    if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) {
      ++malformed_;
      return changed;
    }
    auto body = datagram.first(header->nlmsg_len).subspan(sizeof(nlmsghdr));
    switch (header->nlmsg_type) {
      case RTM_NEWADDR:
      case RTM_DELADDR:
        changed |= handle_address(body, header->nlmsg_type == RTM_NEWADDR);
        break;
      case RTM_NEWROUTE:
      case RTM_DELROUTE:
        changed |= handle_route(body);
        break;
      case RTM_NEWLINK:
      case RTM_DELLINK:
        changed |= handle_link(body, header->nlmsg_type == RTM_DELLINK);
        break;
      case NLMSG_OVERRUN:
        changed = true; // something was lost
        break;
      default:
        break;
    }
    datagram = after(datagram, header->nlmsg_len);
  }
  return changed;
}

bool route_news::handle_address(byte_view body, bool added) {
  auto header = front<ifaddrmsg>(body);
  auto address = header ? own_address(after(body, sizeof(ifaddrmsg)), header->ifa_family) : std::nullopt;
  if (!address) {
    ++malformed_;
    return false;
  }
  // Of no use beyond this host or link; or not to be used yet (RFC 4862 5.4), which is told again when it is.
  if (header->ifa_scope >= RT_SCOPE_LINK || (added && (header->ifa_flags & IFA_F_TENTATIVE) != 0))
    return false;
  auto known = std::pair{header->ifa_index, *address};
  if (!added) {
    addresses_.erase(known);
    return true;
  }
  if (addresses_.size() >= most_remembered)
    addresses_.clear();
  return addresses_.insert(known).second;
}

bool route_news::handle_route(byte_view body) {
  auto header = front<rtmsg>(body);
  if (!header) {
    ++malformed_;
    return false;
  }
  return header->rtm_dst_len == 0 && header->rtm_type == RTN_UNICAST && (header->rtm_flags & RTM_F_CLONED) == 0
         && (header->rtm_family == AF_INET || header->rtm_family == AF_INET6);
}

bool route_news::handle_link(byte_view body, bool gone) {
  auto header = front<ifinfomsg>(body);
  if (!header) {
    ++malformed_;
    return false;
  }
  if ((header->ifi_flags & IFF_LOOPBACK) != 0)
    return false;
  if (gone)
    return running_.erase(header->ifi_index) > 0;
  if (running_.size() >= most_remembered)
    running_.clear();
  auto running = (header->ifi_flags & IFF_UP) != 0 && (header->ifi_flags & IFF_RUNNING) != 0;
  auto [known, fresh] = running_.try_emplace(header->ifi_index, running);
  return std::exchange(known->second, running) != running || fresh;
}

} // namespace warren::net
