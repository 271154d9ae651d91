#pragma once

#include "actors/datagram_copies.hpp"
#include "messages/types.hpp"
#include "transports/net/packet_batch.hpp"
#include "transports/net/udp_socket.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

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

  /// Returns the octets of the largest IP packet that may get to `to`, at least udx::reference_mtu: whoever sends large
  /// ones finds out for himself.
  virtual std::size_t mtu_towards(const endpoint& to) const = 0;
};

/// One UDP port shared by everything that speaks over it (DESIGN section 3: the first octet tells). Outgoing datagrams go
/// straight from the caller's thread to the socket; arriving batches are split by protocol and stream, in a time that grows with
/// their packets alone, and become one message for each: a connection with two pipes in a batch gets two. KRPC and control
/// datagrams, which anybody may send, are copied and bounded (datagram_copies): a flood of them holds no stream up.
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

  /// Hands out a batch. For one thread, that which reads the socket; all else may be called on any.
  void deliver(const net::packet_batch& batch);

  /// Forgets all receivers, so that the port no longer keeps them alive.
  void clear();

  /// Adds the datagrams dropped here to `out`: "udp.garbage", "udp.unknown_stream", "udp.nobody_listens",
  /// "udp.krpc_overload", "udp.control_overload".
  void count_into(counter_map& out) const;

private:
  /// Who gets the datagrams of a stream, or of a protocol without streams.
  struct destination {
    caf::actor receiver;
    /// Where its group stands if the batch at hand has one, which then names this (Briggs and Torczon, "An efficient representation
    /// for sparse sets", 1993); anything else is left over from an earlier batch.
    std::size_t group = 0;
    std::unique_ptr<datagram_copies> copies; // null: a stream
  };

  /// Neighbours in a batch that go to the same place.
  struct run {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t next = 0; // the next of the same group, in runs_
  };

  /// The packets of a batch for one destination, as runs of neighbours: nearly always one.
  struct group {
    const destination* of; // may be gone once the mutex is free
    caf::actor receiver;
    datagram_copies* copies; // lives as long as the port
    std::size_t packets = 0;
    std::size_t runs = 0;
    std::size_t first_run = 0;
    std::size_t last_run = 0;
  };

  destination* destination_of(byte_view datagram, std::optional<std::uint32_t> stream);
  group& group_of(destination& to);
  void group_packets(const net::packet_batch& batch);
  void add(group& to, std::size_t packet);
  std::vector<net::packet> packets_of(const group& g, const net::packet_batch& batch) const;
  net::packet_batch part_of(const group& g, const net::packet_batch& batch) const;
  void send_group(const group& g, const net::packet_batch& batch);

  std::shared_ptr<datagram_sender> sender_;
  // Taken once per batch by the reading thread, and when a stream begins or ends: never per packet, never by senders.
  std::mutex mutex_;
  destination krpc_{{}, 0, std::make_unique<datagram_copies>()};
  destination control_{{}, 0, std::make_unique<datagram_copies>()};
  std::unordered_map<std::uint32_t, destination> streams_;
  // The reading thread's, empty between batches. They keep their room, so that nothing but the messages is allocated: none has ever
  // more entries than a batch has packets (slab::packets_size).
  std::vector<group> groups_;
  std::vector<run> runs_;
  std::atomic<std::uint64_t> garbage_{0};
  std::atomic<std::uint64_t> unknown_stream_{0};
  std::atomic<std::uint64_t> nobody_listens_{0};
};

} // namespace warren
