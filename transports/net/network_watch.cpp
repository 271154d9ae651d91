#include "transports/net/network_watch.hpp"

#include "transports/net/route_news.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

namespace warren::net {

namespace {

// The kernel sends notifications of at most a page or 8 KiB (NLMSG_GOODSIZE); more of one datagram is not read, and what
// is cut short does not count.
constexpr std::size_t most_news = 32 * 1024;

constexpr unsigned wanted_groups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

std::error_code system_error(int code) {
  return {code, std::system_category()};
}

} // namespace

struct network_watch::impl {
  ~impl() {
    for (auto fd : {news, wake})
      if (fd >= 0)
        ::close(fd);
  }

  std::error_code open() {
    news = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (news < 0 || wake < 0)
      return system_error(errno);
    sockaddr_nl groups{};
    groups.nl_family = AF_NETLINK;
    groups.nl_groups = wanted_groups;
    if (::bind(news, reinterpret_cast<const sockaddr*>(&groups), sizeof(groups)) != 0)
      return system_error(errno);
    return {};
  }

  void run() {
    std::array<pollfd, 2> watched{{{news, POLLIN, 0}, {wake, POLLIN, 0}}};
    for (;;) {
      if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
        return;
      if (watched[1].revents != 0)
        return;
      if (watched[0].revents != 0 && read_all())
        on_change();
    }
  }

  /// Reads all that waits, so that one change told in many messages is one call.
  bool read_all() {
    auto changed = false;
    for (;;) {
      sockaddr_nl from{};
      socklen_t from_size = sizeof(from);
      auto size = ::recvfrom(
          news, buffer.data(), buffer.size(), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &from_size);
      if (size < 0 && errno == EINTR)
        continue;
      if (size < 0 && errno == ENOBUFS)
        changed = true; // the kernel told more than the socket holds
      else if (size < 0)
        return changed;
      else if (from.nl_pid == 0 && static_cast<std::size_t>(size) <= buffer.size()) // the kernel, not a process
        changed |= reader.handle(byte_view{buffer}.first(static_cast<std::size_t>(size)));
    }
  }

  std::function<void()> on_change;
  route_news reader;
  std::array<std::byte, most_news> buffer;
  int news = -1;
  int wake = -1;
  std::thread thread;
};

network_watch::network_watch(std::shared_ptr<impl> state) noexcept : impl_{std::move(state)} {
  // nop
}

network_watch::~network_watch() {
  std::uint64_t one = 1;
  // An eventfd write of 1 fails only when the counter is full, and then the thread wakes anyway.
  [[maybe_unused]] auto written = ::write(impl_->wake, &one, sizeof(one));
  if (impl_->thread.get_id() == std::this_thread::get_id())
    impl_->thread.detach();
  else
    impl_->thread.join();
}

result<std::unique_ptr<network_watch>> network_watch::start(std::function<void()> on_change) {
  auto state = std::make_shared<impl>();
  state->on_change = std::move(on_change);
  if (auto why = state->open())
    return why;
  state->thread = std::thread{[state] { state->run(); }};
  return std::unique_ptr<network_watch>{new network_watch{std::move(state)}};
}

} // namespace warren::net
