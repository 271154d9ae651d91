#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::dial {

struct config {
  /// Attempts in flight; dial() fails with too_many_attempts beyond.
  std::size_t max_attempts = 256;

  /// Inbound streams whose peer has not proved its key yet; beyond, the oldest gives way to a newcomer with a valid cookie
  /// (event given_way), so that whoever opens streams and stays silent shuts nobody out. An honest handshake is over in two
  /// round trips; to push it out within one second takes a thousand openings a second. At least 1.
  std::size_t max_unproved = 1024;

  /// Of them, from one source: an IPv4 address or an IPv6 /64 (source_of). Beyond, its own oldest gives way. Many peers may
  /// share the address of a NAT. This host (loopback) is exempt, as its address says nothing of who it is. At
  /// least 1.
  std::size_t max_unproved_per_source = 64;

  /// Inbound streams whose peer has proved its key; from there on an `open` is answered with refuse{busy}. Those that are
  /// unproved at that moment may still be proved, so there are max_unproved more at most. See proved_streams_for().
  std::size_t max_proved = 1024;

  /// Openings with a valid cookie from one source, in the long run and at once; beyond, refuse{busy}. Each costs a stream and
  /// an X25519 handshake. Loopback is exempt. A repeated `open` is none.
  double opens_per_second = 8;
  double open_burst = 64;

  /// Sources whose rate is remembered; beyond, newcomers share one allowance of that size.
  std::size_t opening_sources = 4096;

  /// An attempt without an answer fails after this.
  duration timeout = std::chrono::seconds{5};

  /// Time between the first two transmissions of an `open`; doubles up to max_retry_interval.
  duration retry_interval = std::chrono::milliseconds{200};
  duration max_retry_interval = std::chrono::milliseconds{1600};

  /// A cookie is good for at least this long and at most twice as long; so long a repeated `open` is recognised.
  duration cookie_lifetime = std::chrono::seconds{15};

  /// The largest IP packet that peers may send here, in octets. 0 says nothing of it, as older peers do: 1500.
  std::uint16_t largest_packet = 0;
};

/// Returns config::max_proved for a node that connects to so many peers: each may have another stream on its way to replace
/// its own, after a reconnect, a change of path or dials that crossed; and some who are refused are still being told.
constexpr std::size_t proved_streams_for(std::size_t max_peers) {
  return 2 * max_peers + 64;
}

/// Replies waiting for poll_transmit(); more are dropped and counted, the initiators repeat.
inline constexpr std::size_t max_queued_transmits = 1024;

} // namespace warren::dial
