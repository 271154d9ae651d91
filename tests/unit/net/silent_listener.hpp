#pragma once

#include "messages/endpoint.hpp"
#include "transports/net/socket_address.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace warren::test {

/// A TCP port on loopback whose kernel takes connections and what they say, for a program that never answers: as when the
/// program was stopped by a signal.
class silent_listener {
public:
  silent_listener() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    net::socket_address any{{*ip_address::parse("127.0.0.1"), 0}};
    if (::bind(fd_, &any.any, any.size) != 0 || ::listen(fd_, 16) != 0)
      throw std::runtime_error{"cannot listen"};
  }

  ~silent_listener() {
    ::close(fd_);
    for (auto guest : accepted_)
      ::close(guest);
  }

  silent_listener(const silent_listener&) = delete;
  silent_listener& operator=(const silent_listener&) = delete;

  endpoint local() const {
    net::socket_address bound{{*ip_address::parse("127.0.0.1"), 0}};
    if (::getsockname(fd_, &bound.any, &bound.size) != 0)
      throw std::runtime_error{"cannot tell the port"};
    return bound.to_endpoint();
  }

  /// Returns once somebody has connected and said something.
  void await_request() {
    auto guest = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    char first;
    auto got = ::recv(guest, &first, 1, MSG_PEEK);
    accepted_.push_back(guest);
    if (got != 1)
      throw std::runtime_error{"nobody said anything"};
  }

private:
  int fd_;
  std::vector<int> accepted_;
};

} // namespace warren::test
