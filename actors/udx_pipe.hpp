#pragma once

#include "actors/pipe.hpp"
#include "actors/udp_port.hpp"
#include "transports/session/types.hpp"
#include "transports/udx/stream.hpp"

namespace warren {

/// A UDX stream that was agreed on by dial_endpoint.
struct direct_start {
  std::shared_ptr<udp_port> port;
  caf::actor dialler; // null where nobody counts streams
  udx::config stream;
  session::role role = session::role::initiator;
  std::uint64_t dial = 0; // the order that led to it; 0: the peer dialled
};

/// A UDX stream over a UDP port. Sends from the calling actor, with no hop through the driver. Sends DESTROY when it goes
/// before the stream has ended, so that a killed connection actor does not leave its peer waiting. Tells `dialler` when it
/// goes: the stream's id is free again.
class udx_pipe final : public pipe {
public:
  udx_pipe(direct_start start, time_point now);
  ~udx_pipe() override;

  /// The port hands this stream's packets to `receiver` from now on.
  void deliver_to(caf::actor receiver);

  /// Takes the packets of `batch` that belong to this stream.
  void handle_packets(time_point now, const net::packet_batch& batch, const sink& take);
  void handle_timeout(time_point now);

  std::size_t writable() const override;
  void write(byte_view data, const std::shared_ptr<const void>& owner) override;
  void end() override;
  void destroy(time_point now) override;
  void receive(time_point now, const sink& take) override;
  void send(time_point now) override;
  void release_spare() override;
  std::optional<time_point> next_deadline() const override;
  state current() const override;
  bool flushed() const override;
  bool finished() const override;
  path_kind kind() const override;
  std::string address() const override;
  void count_into(counter_map& out) const override;

  std::uint32_t local_id() const { return stream_.local_id(); }

  /// The peer has proved its key, or that it belongs to the session: tells `dialler`, once, of a stream that the peer opened. Until
  /// then a peer that opened a stream can make us keep 64 KiB at most (and udx::receive_window_slack).
  void set_proved();

  /// The connection that receives the stream's packets now had it from another one.
  void set_adopted();

  bool is_proved() const noexcept { return proved_; }

private:
  void transmit(time_point now);
  void read_into(const sink& take);

  std::shared_ptr<udp_port> port_;
  caf::actor dialler_;
  udx::stream stream_;
  std::size_t proved_window_; // octets, once the peer has proved itself
  time_point last_now_;
  std::optional<time_point> resume_at_; // the kernel took no more
  bool remote_ended_ = false;
  bool proved_; // from the start when we opened it
};

} // namespace warren
