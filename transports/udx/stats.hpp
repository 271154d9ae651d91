#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::udx {

/// What a stream has done, and what it has refused for which reason. Refused packets leave the state as it
/// was.
struct counters {
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t octets_in = 0;  // stream octets received in order
  std::uint64_t octets_out = 0; // stream octets acknowledged by the peer
  std::uint64_t retransmits = 0;
  std::uint64_t timeouts = 0;         // retransmission timeouts
  std::uint64_t tail_loss_probes = 0; // RFC 8985 section 7
  std::uint64_t heartbeats_out = 0;
  std::uint64_t heartbeats_in = 0;
  std::uint64_t mtu_probes = 0;
  std::uint64_t duplicates_in = 0; // DATA or END that had arrived before
  std::uint64_t messages_in = 0;   // MESSAGE packets kept for poll_message()
  std::uint64_t messages_out = 0;
  std::uint64_t messages_unsent =
      0; // refused, or overtaken by the stream's end or a path on which they are too long

  // Refused input.
  std::uint64_t malformed = 0;           // not a UDX packet
  std::uint64_t wrong_stream = 0;        // another stream's id
  std::uint64_t wrong_source = 0;        // from elsewhere than the remote endpoint
  std::uint64_t bad_ack = 0;             // acknowledges what was never sent, or is far too old
  std::uint64_t out_of_window = 0;       // sequence number beyond what the window allows
  std::uint64_t receive_buffer_full = 0; // more octets than the window and its slack
  std::uint64_t after_end = 0;           // sequence number behind the peer's END, or a second END elsewhere
  std::uint64_t bad_sack_block = 0;      // block outside of what is in flight
  std::uint64_t messages_ignored = 0;    // MESSAGE packets that nobody wants (config::take_messages)
  std::uint64_t messages_dropped = 0;    // MESSAGE packets while as many as may wait were not polled
  std::uint64_t after_close = 0;         // the stream is over
};

/// A snapshot for people and path selection.
struct stats {
  duration srtt{};
  duration min_rtt{};
  duration rto{};
  std::size_t cwnd = 0;        // packets
  std::size_t in_flight = 0;   // packets
  std::size_t peer_window = 0; // octets
  std::size_t mtu = 0;         // whole IP packet
  std::size_t send_queue = 0;  // octets written and not yet acknowledged
  udx::counters counters;
};

} // namespace warren::udx
