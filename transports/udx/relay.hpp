#pragma once

#include "messages/endpoint.hpp"
#include "messages/udx_packet.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace warren::udx {

/// One of the two streams that a relay joins: a peer, as the relay knows it.
struct relay_leg {
  std::uint32_t local_id = 0;     // ours: what the peer's packets carry
  std::uint32_t remote_id = 0;    // the peer's: what packets to it carry
  std::optional<endpoint> remote; // nothing: not known yet
};

enum class relay_side : std::uint8_t { a, b };

/// A packet to be sent on; it lies where it arrived.
struct relay_transmit {
  relay_side side = relay_side::a; // the leg out of whose socket it goes
  endpoint to;
  byte_view datagram;
};

/// What was passed on, and what was refused for which reason.
struct relay_counters {
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;
  std::uint64_t malformed = 0;      // not a UDX packet
  std::uint64_t unknown_stream = 0; // neither leg's id
  std::uint64_t unconnected = 0;    // one of the two legs has no address yet; the peer repeats it
  std::uint64_t wrong_source = 0;   // from elsewhere than the leg's address
  std::uint64_t after_close = 0;    // after a DESTROY
};

/// Joins two peers' streams to one (udx.md section 15): what arrives for one leg goes to the other leg's peer under that
/// peer's id, and nothing else of it changes, whatever its type. The peers acknowledge, repeat and encrypt end to end; the
/// relay keeps nothing, answers nothing, and allocates nothing.
///
/// It has no timers: whoever owns it drops it when handle_packet() has passed nothing on for too long.
///
/// A DESTROY from either peer is passed on and closes the relay, as the reference closes both its streams. It is taken
/// from the leg's address only, but the relay cannot tell whether it lies in the window, as its receiver can.
///
/// Where it leaves libudx: a packet must come from its leg's address, so that an off-path guesser must also spoof that;
/// a DESTROY closes the relay also when the other leg has no address yet, as it is never repeated.
class relay {
public:
  /// The local ids must differ.
  relay(const relay_leg& a, const relay_leg& b) noexcept : legs_{a, b} {}

  /// Takes one datagram. Returns what is to be sent, in `datagram`, whose stream id has been overwritten; otherwise it was
  /// refused and is as it was.
  std::optional<relay_transmit> handle_packet(const endpoint& from, std::span<std::byte> datagram) noexcept;

  /// Returns the leg whose id `datagram` carries: for the caller to find out where a leg's peer is, from its first packet.
  std::optional<relay_side> leg_of(byte_view datagram) const noexcept;

  /// Sets the address of a leg's peer, or another one when it has moved (udx.md section 16). The caller has found out that
  /// it is the peer's: whoever is there gets the other peer's packets.
  void connect(relay_side side, const endpoint& remote) noexcept { leg(side).remote = remote; }

  bool is_connected(relay_side side) const noexcept { return leg(side).remote.has_value(); }

  /// True once a DESTROY has come: nothing is passed on any more.
  bool is_closed() const noexcept { return closed_; }

  const relay_counters& counters() const noexcept { return counters_; }

private:
  relay_leg& leg(relay_side side) noexcept { return legs_[static_cast<std::size_t>(side)]; }
  const relay_leg& leg(relay_side side) const noexcept { return legs_[static_cast<std::size_t>(side)]; }

  std::array<relay_leg, 2> legs_;
  relay_counters counters_;
  bool closed_ = false;
};

} // namespace warren::udx
