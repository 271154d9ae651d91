#pragma once

#include "messages/endpoint.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace warren {

inline sockaddr_in to_sockaddr(const endpoint& where) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(where.port);
  auto octets = where.address.octets();
  std::copy(octets.begin(), octets.end(), reinterpret_cast<std::byte*>(&result.sin_addr));
  return result;
}

inline endpoint to_endpoint(const sockaddr_in& from) {
  std::array<std::byte, 4> octets;
  std::copy_n(reinterpret_cast<const std::byte*>(&from.sin_addr), 4, octets.begin());
  return {ip_address::v4(octets), ntohs(from.sin_port)};
}

/// A UDP socket on IPv4 loopback that does not block.
class loopback_socket {
public:
  /// Binds a free port and prints "port N" for whoever started the process.
  loopback_socket() {
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    auto any = to_sockaddr(*endpoint::parse("127.0.0.1:0"));
    if (fd_ < 0 || bind(fd_, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0)
      throw std::runtime_error{"cannot bind a UDP socket"};
    int buffer = 4 * 1024 * 1024;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    socklen_t size = sizeof any;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size);
    std::printf("port %u\n", unsigned{ntohs(any.sin_port)});
    std::fflush(stdout);
  }

  loopback_socket(const loopback_socket&) = delete;
  loopback_socket& operator=(const loopback_socket&) = delete;

  ~loopback_socket() { close(fd_); }

  int native_handle() const noexcept { return fd_; }

  void send(const endpoint& to, byte_view datagram) {
    auto where = to_sockaddr(to);
    sendto(fd_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&where), sizeof where);
  }

  /// Returns the next datagram, in `buffer`, and sets `from`; nothing when there is none.
  std::optional<std::span<std::byte>> receive(std::span<std::byte> buffer, endpoint& from) {
    sockaddr_in where{};
    socklen_t size = sizeof where;
    auto length = recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&where), &size);
    if (length < 0)
      return std::nullopt;
    from = to_endpoint(where);
    return buffer.first(static_cast<std::size_t>(length));
  }

private:
  int fd_ = -1;
};

} // namespace warren
