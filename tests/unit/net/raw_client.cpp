#include "tests/unit/net/raw_client.hpp"

#include "transports/net/socket_address.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace warren::test {

raw_client::raw_client(const endpoint& to)
    : fd_{::socket(
        to.address.family() == address_family::ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  net::socket_address address{to};
  timeval bound{30, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof(bound));
  if (::connect(fd_, &address.any, address.size) != 0)
    throw std::runtime_error{"cannot connect"};
}

raw_client::~raw_client() {
  ::close(fd_);
}

void raw_client::send(std::string_view text) {
  while (!text.empty()) {
    auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string raw_client::read_until(std::string_view end) {
  std::array<char, 4096> room;
  auto at = kept_.find(end);
  while (at == std::string::npos) {
    auto got = ::recv(fd_, room.data(), room.size(), 0);
    if (got <= 0)
      return std::exchange(kept_, {});
    kept_.append(room.data(), static_cast<std::size_t>(got));
    at = kept_.find(end);
  }
  auto front = kept_.substr(0, at + end.size());
  kept_.erase(0, front.size());
  return front;
}

std::string raw_client::read_all() {
  auto all = std::exchange(kept_, {});
  std::array<char, 4096> room;
  for (;;) {
    auto got = ::recv(fd_, room.data(), room.size(), 0);
    if (got <= 0)
      return all;
    all.append(room.data(), static_cast<std::size_t>(got));
  }
}

} // namespace warren::test
