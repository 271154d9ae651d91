#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"
#include "messages/udx_packet.hpp"
#include "transports/udx/config.hpp"
#include "transports/udx/errc.hpp"
#include "transports/udx/events.hpp"
#include "transports/udx/message_queue.hpp"
#include "transports/udx/octet_sink.hpp"
#include "transports/udx/stats.hpp"
#include "transports/udx/transmit_batch.hpp"

#include <memory>
#include <optional>

namespace warren::udx {

/// One reliable, ordered byte pipe over UDP, wire-compatible with libudx (wire version 1). No handshake: it
/// can send at once. One machine per stream; the caller looks streams up by udx::stream_id_of() and feeds
/// each its packets.
///
/// How to drive it: feed a whole batch of packets with handle_packet(), then poll_transmit() once: one ACK
/// covers the batch. Only when urgent() turns true within a batch (a packet has made or filled a hole)
/// poll_transmit() at once, so that the peer's loss recovery sees every step. Poll transmits, events and the
/// deadline also after write(), consume(), send_message(), end(), destroy(), change_remote() and handle_timeout().
///
/// Where it leaves libudx (each compatible on the wire):
/// - Several packets may share one ACK, and a packet with data can stand for a pure ACK.
/// - A packet whose ack is impossible is refused as a whole (RFC 5961 section 5); DESTROY must lie in the window.
/// - The reorder buffer is bounded by the advertised window.
/// - Packets of up to 9000 octets go to peers that said that they take them (config::max_mtu).
/// - CUBIC or BBR version 3 instead of version 1; losses also shrink the window on a retransmission timeout.
/// - After change_remote() what is in flight is repeated at once to the new address.
/// - A closed stream lingers and acknowledges a repeated END.
/// - MESSAGE packets are limited to what a packet may carry, wait for poll_transmit() and poll_message() in short queues, and
///   are counted and ignored unless config::take_messages says otherwise.
///
/// A packet's octets are never regrouped: on a path whose MTU shrinks below what is already in flight the
/// stream times out, and whoever is above opens a new one.
class stream {
public:
  stream(const config& settings, time_point now);
  ~stream();
  stream(stream&&) noexcept;
  stream& operator=(stream&&) noexcept;

  // -- the five calls --

  /// Takes one datagram. Anything wrong with it is counted, and changes nothing. With `direct`, octets that can be read now
  /// go there without being copied, unless something waits in readable().
  void handle_packet(time_point now, const endpoint& from, byte_view datagram, const octet_sink& direct = {});

  void handle_timeout(time_point now);

  /// Appends datagrams for remote() to `batch`, until there is nothing to send now or the batch is full;
  /// returns how many. If the batch is full there may be more: send it, clear it and call again.
  std::size_t poll_transmit(time_point now, transmit_batch& batch);

  std::optional<event> poll_event();

  std::optional<time_point> poll_timeout() const;

  // -- sending --

  /// Copies as much of `data` as there is room for and returns how much; if it is not all, a `writable` event
  /// follows once there is more room. Returns 0 after end(), destroy() or the stream's end.
  /// With an `owner`, who keeps the octets alive and as they are, large `data` is not copied but kept until
  /// it is acknowledged.
  std::size_t write(byte_view data, const std::shared_ptr<const void>& owner = nullptr);

  /// Returns how much to write now, at most what write() takes: so much that a round trip's worth waits to be sent, and no
  /// more. What is not written yet can still be overtaken by something more urgent. Ask again after each poll_transmit().
  std::size_t writable_octets() const noexcept;

  /// Ends our side after what has been written; the peer may go on. Repeating it does nothing.
  void end();

  /// Gives up both directions: one DESTROY packet goes out, nothing more comes in. Then closed{aborted},
  /// finished.
  void destroy();

  // -- receiving --

  /// Returns the received octets that lie in one piece, until the next consume() or handle_packet(). There
  /// can be more behind them: read until it is empty.
  byte_view readable() const noexcept;

  /// Drops the first `n` octets of readable(), which opens the window again.
  void consume(std::size_t n);

  // -- messages (udx.md section 14) --

  /// Queues one packet of `payload`, which may be empty: poll_transmit() sends it once, past every window and the pacer. It
  /// can be lost, overtaken, or arrive twice. Refused are messages longer than largest_message() (errc::message_too_long),
  /// those that come while message_queue::capacity wait already (errc::too_many_messages; the older ones stay) and all after
  /// the stream's end (errc::stream_over). What waits when the stream ends, or is too long for a path changed meanwhile, is
  /// not sent.
  std::error_code send_message(byte_view payload);

  /// Octets that a message may have now; less after a change of path or when the path's MTU has shrunk.
  std::size_t largest_message() const noexcept;

  /// Returns the peer's oldest message not returned yet, if there is one; to be called after handle_packet() until there is
  /// none. Valid until the next handle_packet() or release_spare(). At most message_queue::capacity wait; more are dropped. Without
  /// config::take_messages there never is one.
  std::optional<byte_view> poll_message();

  /// Takes more from now on than config::receive_window said; never less.
  void raise_receive_window(std::size_t octets);

  // -- the path --

  /// Sends to another address from now on, and under another id if the peer has named one. What is in flight
  /// is repeated there at once; RTT, congestion window and MTU start anew. `path_changed` follows.
  void change_remote(time_point now, const endpoint& remote, std::uint32_t remote_id);

  const endpoint& remote() const noexcept;
  std::uint32_t local_id() const noexcept;
  std::uint32_t remote_id() const noexcept;

  /// Octets of the largest datagram that poll_transmit() may append.
  std::size_t largest_datagram() const noexcept;

  /// Gives back to the heap what is kept for traffic as there was last; for a stream that has been idle for
  /// a while.
  void release_spare() noexcept;

  // -- watching --

  /// True when an ACK should not wait for the end of the batch.
  bool urgent() const noexcept;

  /// True from `closed` on.
  bool is_closed() const noexcept;

  /// True when the stream can be destroyed.
  bool is_finished() const noexcept;

  /// True when everything written (and our END, if any) has been acknowledged.
  bool all_acknowledged() const noexcept;

  udx::stats stats() const;
  const udx::counters& counters() const noexcept;

private:
  enum class phase : std::uint8_t { open, lingering, finished };
  struct machinery; // both halves, their timers and counters

  bool admit(const endpoint& from, byte_view datagram, packet& in);
  void handle_open(time_point now, const packet& in, const octet_sink& direct);
  void handle_lingering(const packet& in);
  void close_when_both_ended(time_point now);
  void give_up(std::error_code reason);
  void take_message(byte_view payload);
  void drop_unsent_messages() noexcept;
  void send_messages(transmit_batch& batch);
  void send_ack(transmit_batch& batch);
  void send_destroy(transmit_batch& batch);

  endpoint remote_;
  std::uint32_t local_id_;
  std::uint32_t remote_id_;
  duration linger_;
  bool accept_any_source_;
  bool takes_messages_;
  phase phase_ = phase::open;
  bool destroy_due_ = false;
  bool remote_end_raised_ = false;
  bool closed_raised_ = false;
  bool finished_raised_ = false;
  std::error_code reason_;
  message_queue messages_out_;
  message_queue messages_in_;
  std::unique_ptr<machinery> parts_;
};

} // namespace warren::udx
