#pragma once

#include "messages/endpoint.hpp"
#include "messages/result.hpp"

#include <atomic>
#include <memory>
#include <span>

namespace warren::net {

struct udp_options {
  /// Kernel buffers asked for, in octets; the kernel may give less.
  int receive_buffer = 4 * 1024 * 1024;
  int send_buffer = 4 * 1024 * 1024;
  /// Use UDP_SEGMENT and UDP_GRO where the kernel has them. Off only to test the fall-back.
  bool segmentation_offload = true;
  /// Let other sockets bind the same address and port (SO_REUSEADDR), as multicast needs.
  bool share_port = false;
};

/// One datagram to send; borrowed during the call.
struct datagram {
  endpoint to;
  byte_view payload;
};

/// What became of a batch. Datagrams are never queued here: what was not sent is lost, as on the wire.
struct send_report {
  std::size_t sent = 0;       ///< datagrams the kernel took
  std::size_t blocked = 0;    ///< datagrams dropped because the socket's buffer was full
  std::size_t failed = 0;     ///< datagrams the kernel refused
  std::error_code last_error; ///< of the last refused one: ENETUNREACH, EMSGSIZE, ECONNREFUSED, ...
};

/// Snapshot of what passed through a socket since it was bound.
struct udp_counters {
  std::uint64_t sent = 0;
  std::uint64_t sent_octets = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t blocked = 0;
  std::uint64_t unreachable = 0; ///< ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT
  std::uint64_t too_big = 0;     ///< EMSGSIZE: above the path MTU, as DF is set
  std::uint64_t refused = 0;     ///< ECONNREFUSED: an ICMP error of an earlier datagram
  std::uint64_t other_errors = 0;
};

/// A bound UDP socket. All members may be called from any thread at any time. Sends never block and never fail hard: a
/// datagram that cannot go is counted. DF is set and the kernel's path-MTU guess ignored (IP_PMTUDISC_PROBE), since UDX
/// probes the path itself. IPv6 sockets take IPv6 only.
class udp_socket {
public:
  static result<std::shared_ptr<udp_socket>> bind(const endpoint& local, const udp_options& options = {});

  ~udp_socket();
  udp_socket(const udp_socket&) = delete;
  udp_socket& operator=(const udp_socket&) = delete;

  /// Returns the address and port really bound.
  const endpoint& local() const noexcept { return local_; }

  /// Sends `buffer` to one address as datagrams of `segment_size` octets, the last one shorter. `segment_size` must not
  /// be 0. Uses UDP_SEGMENT where the kernel and the path take it, sendmmsg otherwise.
  send_report send_batch(const endpoint& to, byte_view buffer, std::size_t segment_size) noexcept;

  /// Sends each datagram of `batch`, with sendmmsg.
  send_report send(std::span<const datagram> batch) noexcept;

  /// Sends one datagram.
  send_report send(const endpoint& to, byte_view payload) noexcept {
    const datagram one{to, payload};
    return send(std::span{&one, 1});
  }

  udp_counters counters() const noexcept;

  /// True while UDP_SEGMENT is in use; turns false for good when the kernel refuses it.
  bool segments() const noexcept { return segments_.load(std::memory_order_relaxed); }

  /// True when the kernel coalesces received datagrams (UDP_GRO).
  bool coalesces() const noexcept { return coalesces_; }

  /// Octets of datagrams, with the kernel's own overhead, that may wait to be received.
  std::size_t receive_buffer() const noexcept;

  int native_handle() const noexcept { return fd_; }

private:
  udp_socket(int fd, const endpoint& local) noexcept : fd_{fd}, local_{local} {}

  struct atomic_counters {
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> sent_octets{0};
    std::atomic<std::uint64_t> send_calls{0};
    std::atomic<std::uint64_t> blocked{0};
    std::atomic<std::uint64_t> unreachable{0};
    std::atomic<std::uint64_t> too_big{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> other_errors{0};
  };

  bool send_segments(
      const endpoint& to, byte_view buffer, std::size_t segment_size, send_report& report) noexcept;
  void send_run(std::span<const datagram> run, send_report& report) noexcept;
  void count_sent(std::size_t datagrams, std::size_t octets, send_report& report) noexcept;
  void count_error(int code, std::size_t datagrams, send_report& report) noexcept;

  int fd_;
  endpoint local_;
  bool coalesces_ = false;
  std::atomic<bool> segments_{false};
  atomic_counters counters_;
};

} // namespace warren::net
