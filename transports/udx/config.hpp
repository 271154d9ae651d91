#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"
#include "messages/udx_packet.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::udx {

enum class congestion_algorithm : std::uint8_t {
  cubic, // RFC 9438
  bbr,   // version 3, draft-ietf-ccwg-bbr-05
};

/// What a stream needs to know. The two ids and the remote endpoint have been agreed out of band
/// (transports/dial).
struct config {
  std::uint32_t local_id = 0;  // ours: what the peer's packets carry
  std::uint32_t remote_id = 0; // the peer's: what our packets carry
  endpoint remote;

  /// Octets that may wait here for the application, at most max_receive_window. The peer is told what is left
  /// of it.
  std::size_t receive_window = 4 * 1024 * 1024;

  /// Octets written and not yet acknowledged that are kept; write() takes no more beyond.
  std::size_t send_buffer = 4 * 1024 * 1024;

  /// Size of a whole IP packet: to start with, and where the search for a larger one ends, at most
  /// largest_packet. 1200 is always possible; more than reference_mtu only where the peer said that it takes it.
  std::size_t base_mtu = 1200;
  std::size_t max_mtu = reference_mtu;

  /// Time without anything in flight after which a HEARTBEAT is sent; zero for never.
  duration keep_alive{};

  /// How long a cleanly closed stream goes on answering a repeated END, whose sender missed our last ACK. The
  /// reference's END gives up 13 s after its first transmission.
  duration linger = std::chrono::seconds{15};

  /// README.md has the measurements behind the default.
  congestion_algorithm congestion = congestion_algorithm::bbr;

  /// False: packets from any other endpoint than `remote` are refused, so that an off-path guesser must also
  /// spoof the source. True: any source is taken as the reference does, and replies still go to `remote`; the
  /// caller then decides who may speak.
  bool accept_any_source = false;

  /// True: the peer's MESSAGE packets are for poll_message(). False: they are counted and ignored.
  bool take_messages = false;
};

inline constexpr std::size_t max_receive_window = 64 * 1024 * 1024;

/// Octets taken beyond the receive window: the peer's first flight leaves before it knows the window, and one
/// packet may always probe past it.
inline constexpr std::size_t receive_window_slack = 64 * 1024;

/// Packets in flight, at most; the send buffer holds no more segments.
inline constexpr std::size_t max_packets_in_flight = 65536;

} // namespace warren::udx
