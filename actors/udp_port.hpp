#pragma once

#include "actors/datagram_copies.hpp"
#include "messages/types.hpp"
#include "transports/net/packet_batch.hpp"
#include "transports/net/udp_socket.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace warren {

/// Where datagrams leave the process. The real one is over net::udp_socket; tests put a simulated network here.
/// Any thread may call at any time; nothing blocks, what cannot be sent is dropped, counted and reported.
class datagram_sender {
public:
  virtual ~datagram_sender() = default;

  /// Sends `buffer` as datagrams of `segment_size` octets, the last one shorter.
  virtual net::send_report send_batch(const endpoint& to, byte_view buffer, std::size_t segment_size) = 0;

  /// Sends each datagram of `batch`.
  virtual net::send_report send(std::span<const net::datagram> batch) = 0;

  virtual endpoint local() const = 0;

  /// Returns the octets of the largest IP packet that may get to `to`: what the interface takes, or less where a router has
  /// said so; udx::reference_mtu when nothing is known.
  virtual std::size_t mtu_towards(const endpoint& to) const = 0;
};

/// One UDP port shared by everything that speaks over it (DESIGN section 3: the first octet tells). Outgoing datagrams go
/// straight from the caller's thread to the socket; arriving batches are split by protocol and stream and become one
/// message per receiver. KRPC and control datagrams, which anybody may send, are copied and bounded (datagram_copies): a flood
/// of them holds no stream up.
class udp_port {
public:
  explicit udp_port(std::shared_ptr<datagram_sender> sender);

  datagram_sender& sender() noexcept { return *sender_; }

  endpoint local() const { return sender_->local(); }

  /// KRPC datagrams ('d') go to `receiver` from now on.
  void krpc_to(caf::actor receiver);

  /// Control datagrams (0x57) go to `receiver` from now on.
  void control_to(caf::actor receiver);

  /// UDX datagrams (0xFF) of the stream we call `local_id` go to `receiver` until detach.
  void attach(std::uint32_t local_id, caf::actor receiver);

  void detach(std::uint32_t local_id);

  /// Returns who gets the datagrams of that stream, or null.
  caf::actor receiver_of(std::uint32_t local_id);

  /// Hands out a batch; called by whoever reads the socket.
  void deliver(const net::packet_batch& batch);

  /// Forgets all receivers, so that the port no longer keeps them alive.
  void clear();

  /// Adds the datagrams dropped here to `out`: "udp.garbage", "udp.unknown_stream", "udp.nobody_listens",
  /// "udp.krpc_overload", "udp.control_overload".
  void count_into(counter_map& out) const;

private:
  struct group;

  /// Who gets the datagrams of a protocol without streams.
  struct service {
    caf::actor receiver;
    datagram_copies copies;
  };

  /// Where a datagram goes; without receiver nowhere.
  struct destination {
    caf::actor receiver;
    service* through = nullptr; // null: a stream
  };

  destination destination_of(const net::packet& packet);
  void send_group(const group& g, const net::packet_batch& batch);

  std::shared_ptr<datagram_sender> sender_;
  // Taken once per batch by the reading thread, and when a stream begins or ends: never per packet, never by senders.
  std::mutex mutex_;
  service krpc_;
  service control_;
  std::unordered_map<std::uint32_t, caf::actor> streams_;
  std::atomic<std::uint64_t> garbage_{0};
  std::atomic<std::uint64_t> unknown_stream_{0};
  std::atomic<std::uint64_t> nobody_listens_{0};
};

} // namespace warren
