#pragma once

#include "messages/endpoint.hpp"

#include <netinet/in.h>

#include <cstring>

namespace warren::net {

/// An endpoint in the kernel's form.
struct socket_address {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t size = 0;

  socket_address() noexcept : v6{} {}

  explicit socket_address(const endpoint& where) noexcept : v6{} {
    auto octets = where.address.octets();
    if (where.address.family() == address_family::ipv4) {
      v4.sin_family = AF_INET;
      v4.sin_port = htons(where.port);
      std::memcpy(&v4.sin_addr, octets.data(), octets.size());
      size = sizeof(v4);
    } else {
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(where.port);
      std::memcpy(&v6.sin6_addr, octets.data(), octets.size());
      size = sizeof(v6);
    }
  }

  /// Returns the endpoint, 0.0.0.0:0 for another address family.
  endpoint to_endpoint() const {
    if (any.sa_family == AF_INET) {
      std::array<std::byte, 4> octets;
      std::memcpy(octets.data(), &v4.sin_addr, octets.size());
      return {ip_address::v4(octets), ntohs(v4.sin_port)};
    }
    if (any.sa_family == AF_INET6) {
      std::array<std::byte, 16> octets;
      std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
      return {ip_address::v6(octets), ntohs(v6.sin6_port)};
    }
    return {};
  }
};

} // namespace warren::net
