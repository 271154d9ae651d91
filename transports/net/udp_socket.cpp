#include "transports/net/udp_socket.hpp"

#include "transports/net/socket_address.hpp"

#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace warren::net {

namespace {

// Linux udp.h: UDP_MAX_SEGMENTS was 64 before 6.9; one send of more fails on older kernels.
constexpr std::size_t most_segments = 64;

// Payload of the largest IPv4 datagram, which bounds one segmented send too (65535 - 20 - 8).
constexpr std::size_t largest_send = 65'507;

// Datagrams per sendmmsg.
constexpr std::size_t most_messages = 64;

std::error_code system_error(int code) {
  return {code, std::system_category()};
}

bool set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

bool would_block(int code) {
  // ENOBUFS: the device queue is full, which for a datagram is the same as a full socket buffer.
  return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS;
}

int configure(int fd, address_family family, const udp_options& options) {
  auto v6 = family == address_family::ipv6;
  if (v6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))
    return errno;
  auto df = v6 ? set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE)
               : set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  if (!df)
    return errno;
  if (options.share_port && !set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1))
    return errno;
  // The kernel clamps these to its limits; a smaller buffer is not an error.
  set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  return 0;
}

} // namespace

result<std::shared_ptr<udp_socket>> udp_socket::bind(const endpoint& local, const udp_options& options) {
  auto family = local.address.family() == address_family::ipv4 ? AF_INET : AF_INET6;
  auto fd = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return system_error(errno);
  std::shared_ptr<udp_socket> made{new udp_socket{fd, local}};
  if (auto code = configure(fd, local.address.family(), options))
    return system_error(code);
  socket_address address{local};
  if (::bind(fd, &address.any, address.size) != 0)
    return system_error(errno);
  address.size = sizeof(address.v6);
  if (getsockname(fd, &address.any, &address.size) != 0)
    return system_error(errno);
  made->local_ = address.to_endpoint();
  if (options.segmentation_offload) {
    made->coalesces_ = set_option(fd, IPPROTO_UDP, UDP_GRO, 1);
    made->segments_ = set_option(fd, IPPROTO_UDP, UDP_SEGMENT, 0);
  }
  return made;
}

udp_socket::~udp_socket() {
  ::close(fd_);
}

void udp_socket::count_sent(std::size_t datagrams, std::size_t octets, send_report& report) noexcept {
  report.sent += datagrams;
  counters_.sent.fetch_add(datagrams, std::memory_order_relaxed);
  counters_.sent_octets.fetch_add(octets, std::memory_order_relaxed);
}

void udp_socket::count_error(int code, std::size_t datagrams, send_report& report) noexcept {
  if (would_block(code)) {
    report.blocked += datagrams;
    counters_.blocked.fetch_add(datagrams, std::memory_order_relaxed);
    return;
  }
  report.failed += datagrams;
  report.last_error = system_error(code);
  auto& counter = [this, code]() -> std::atomic<std::uint64_t>& {
    switch (code) {
      case ENETUNREACH:
      case EHOSTUNREACH:
      case EADDRNOTAVAIL:
      case EAFNOSUPPORT:
        return counters_.unreachable;
      case EMSGSIZE:
        return counters_.too_big;
      case ECONNREFUSED:
        return counters_.refused;
      default:
        return counters_.other_errors;
    }
  }();
  counter.fetch_add(datagrams, std::memory_order_relaxed);
}

bool udp_socket::send_segments(
    const endpoint& to, byte_view buffer, std::size_t segment_size, send_report& report) noexcept {
  socket_address address{to};
  iovec part{const_cast<std::byte*>(buffer.data()), buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> control{};
  msghdr message{};
  message.msg_name = &address.any;
  message.msg_namelen = address.size;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  auto size = static_cast<std::uint16_t>(segment_size);
  std::memcpy(CMSG_DATA(header), &size, sizeof(size));
  auto datagrams = (buffer.size() + segment_size - 1) / segment_size;
  counters_.send_calls.fetch_add(1, std::memory_order_relaxed);
  ssize_t sent = 0;
  do
    sent = sendmsg(fd_, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    count_sent(datagrams, buffer.size(), report);
    return true;
  }
  // udp(7) and drivers: EIO when the device cannot checksum segments, EINVAL when the segment does not fit the path
  // MTU or the kernel has no UDP_SEGMENT. Plain sends tell which.
  if (errno == EIO || errno == EINVAL || errno == EMSGSIZE || errno == EOPNOTSUPP) {
    if (errno == EIO || errno == EOPNOTSUPP)
      segments_.store(false, std::memory_order_relaxed);
    return false;
  }
  count_error(errno, datagrams, report);
  return true;
}

send_report udp_socket::send_batch(const endpoint& to, byte_view buffer, std::size_t segment_size) noexcept {
  send_report report;
  auto per_call = std::min(most_segments, std::max<std::size_t>(largest_send / segment_size, 1));
  while (!buffer.empty()) {
    auto chunk = buffer.first(std::min(buffer.size(), per_call * segment_size));
    buffer = buffer.subspan(chunk.size());
    if (chunk.size() > segment_size && segments() && send_segments(to, chunk, segment_size, report))
      continue;
    std::array<datagram, most_segments> split;
    std::size_t count = 0;
    for (auto rest = chunk; !rest.empty(); ++count) {
      auto size = std::min(rest.size(), segment_size);
      split[count] = {to, rest.first(size)};
      rest = rest.subspan(size);
    }
    send_run(std::span{split}.first(count), report);
  }
  return report;
}

send_report udp_socket::send(std::span<const datagram> batch) noexcept {
  send_report report;
  while (!batch.empty()) {
    auto run = batch.first(std::min(batch.size(), most_messages));
    batch = batch.subspan(run.size());
    send_run(run, report);
  }
  return report;
}

/// Sends at most most_messages datagrams; goes on behind one that the kernel refused.
void udp_socket::send_run(std::span<const datagram> run, send_report& report) noexcept {
  std::array<socket_address, most_messages> addresses;
  std::array<iovec, most_messages> parts;
  std::array<mmsghdr, most_messages> messages{};
  for (std::size_t i = 0; i < run.size(); ++i) {
    addresses[i] = socket_address{run[i].to};
    parts[i] = {const_cast<std::byte*>(run[i].payload.data()), run[i].payload.size()};
    messages[i].msg_hdr.msg_name = &addresses[i].any;
    messages[i].msg_hdr.msg_namelen = addresses[i].size;
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::size_t next = 0;
  while (next < run.size()) {
    counters_.send_calls.fetch_add(1, std::memory_order_relaxed);
    auto sent = sendmmsg(fd_, messages.data() + next, static_cast<unsigned>(run.size() - next), MSG_NOSIGNAL);
    if (sent > 0) {
      std::size_t octets = 0;
      for (auto end = next + static_cast<std::size_t>(sent); next < end; ++next)
        octets += run[next].payload.size();
      count_sent(static_cast<std::size_t>(sent), octets, report);
    } else if (would_block(errno)) {
      count_error(errno, run.size() - next, report);
      return;
    } else if (errno != EINTR) {
      count_error(errno, 1, report);
      ++next;
    }
  }
}

std::size_t udp_socket::receive_buffer() const noexcept {
  int octets = 0;
  socklen_t size = sizeof(octets);
  // socket(7): the value is twice what was asked for, as the kernel's overhead counts too.
  return getsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &octets, &size) == 0 ? static_cast<std::size_t>(octets) : 0;
}

udp_counters udp_socket::counters() const noexcept {
  return {
      .sent = counters_.sent.load(std::memory_order_relaxed),
      .sent_octets = counters_.sent_octets.load(std::memory_order_relaxed),
      .send_calls = counters_.send_calls.load(std::memory_order_relaxed),
      .blocked = counters_.blocked.load(std::memory_order_relaxed),
      .unreachable = counters_.unreachable.load(std::memory_order_relaxed),
      .too_big = counters_.too_big.load(std::memory_order_relaxed),
      .refused = counters_.refused.load(std::memory_order_relaxed),
      .other_errors = counters_.other_errors.load(std::memory_order_relaxed),
  };
}

} // namespace warren::net
