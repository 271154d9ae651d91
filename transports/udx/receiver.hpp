#pragma once

#include "transports/udx/byte_ring.hpp"
#include "transports/udx/config.hpp"
#include "transports/udx/octet_sink.hpp"
#include "transports/udx/reorder_buffer.hpp"
#include "transports/udx/stats.hpp"

#include <optional>

namespace warren::udx {

/// The receiving half of a stream: puts packets in order, tells the peer what has arrived and how much room
/// is left.
///
/// Bound: what waits to be read is at most the window plus its slack, and so is what waits for a hole to be
/// filled; a peer that keeps to the window fills both together no further. What goes beyond is refused and
/// must be sent again.
class receiver {
public:
  receiver(const config& settings, counters& counts) noexcept;

  /// Takes a packet with DATA or END. What is in order behind everything read so far goes to `direct`, if that is not empty.
  void handle(const packet& in, const octet_sink& direct);

  /// Returns true if `seq` can be of a packet that the peer sends now; DESTROY must.
  bool in_window(sequence_number seq) const noexcept;

  byte_view readable() const noexcept { return ready_.front(); }
  void consume(std::size_t n) noexcept;

  /// rcv.nxt: everything before has arrived.
  sequence_number next() const noexcept { return next_; }

  /// From now on the window is larger, which the peer is told; never smaller than before.
  void raise_window(std::size_t octets) noexcept;

  /// The window to tell the peer.
  std::uint32_t window() const noexcept;

  /// True when everything up to the peer's END has arrived.
  bool ended() const noexcept { return ended_; }

  /// True when an ACK is due; true when it should not wait for the end of a batch.
  bool ack_due() const noexcept { return ack_due_; }
  bool urgent() const noexcept { return urgent_; }
  void request_ack() noexcept { ack_due_ = true; }

  /// True when an ACK has SACK blocks to carry.
  bool has_holes() const noexcept { return !held_.empty(); }

  /// Returns the blocks for a SACK: up to max_sack_blocks, the last of them with the packet that came last,
  /// if there are as many before it (RFC 2018 section 4 wants the newest told first of all; what was told
  /// once need not be told again).
  std::span<const sack_block> sack_blocks() const noexcept;

  /// To be called when a packet with ack and window has gone out.
  void on_ack_sent() noexcept;

  /// Returns true once for any octets that have become readable.
  bool take_readable() noexcept;

  /// Gives the memory of out-of-order packets back; what can be read stays.
  void release_held() noexcept { held_.release(); }

  /// Gives back what is kept for traffic as there was last.
  void release_spare() noexcept;

private:
  bool admissible(const packet& in);
  bool fits(std::size_t octets, bool in_order) const noexcept;
  void deliver(byte_view payload, bool end, const octet_sink& direct);
  void drain(const octet_sink& direct);

  std::size_t window_limit_;
  counters& counters_;
  byte_ring ready_;
  reorder_buffer held_;
  sequence_number next_;
  std::optional<sequence_number> end_seq_;
  sequence_number newest_held_;
  std::uint32_t told_window_;
  bool ended_ = false;
  bool ack_due_ = false;
  bool urgent_ = false;
  bool readable_raised_ = false;
};

} // namespace warren::udx
