#pragma once

#include "transports/net/packet_batch.hpp"
#include "transports/net/udp_socket.hpp"

#include <functional>
#include <vector>

namespace warren::net {

struct receiver_options {
  /// Slabs of 1 MiB at most in use at once, by this receiver and by whoever holds its batches. When all are held the
  /// receiver stops reading, the kernel's buffer fills, and the kernel drops.
  std::size_t slabs = 32;
};

/// Snapshot of what a receiver saw.
struct receiver_counters {
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;
  std::uint64_t batches = 0;
  std::uint64_t truncated = 0; ///< datagrams larger than a buffer, dropped
  std::uint64_t errors = 0;    ///< receive errors (ICMP answers to earlier sends); nothing is lost by them
  std::uint64_t starved = 0;   ///< times all slabs were held by consumers
};

/// One thread that reads from UDP sockets in batches: epoll, recvmmsg, UDP_GRO. No allocation per packet.
class udp_receiver {
public:
  /// Called on the receiver's thread with the index of the socket in start()'s list.
  using batch_handler = std::function<void(std::size_t socket, packet_batch batch)>;

  /// Starts the thread. `sockets` must not be empty.
  static result<std::unique_ptr<udp_receiver>> start(
      std::vector<std::shared_ptr<udp_socket>> sockets, batch_handler on_batch,
      const receiver_options& options = {});

  /// Stops and joins. Batches already handed out stay valid.
  ~udp_receiver();

  udp_receiver(const udp_receiver&) = delete;
  udp_receiver& operator=(const udp_receiver&) = delete;

  /// Stops and joins the thread; no call to the handler begins afterwards. Must not be called from the handler.
  void stop() noexcept;

  receiver_counters counters() const noexcept;

private:
  struct impl;
  explicit udp_receiver(std::unique_ptr<impl> state) noexcept;

  std::unique_ptr<impl> impl_;
};

} // namespace warren::net
