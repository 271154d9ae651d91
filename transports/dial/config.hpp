#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::dial {

struct config {
  /// Attempts in flight; dial() fails with too_many_attempts beyond.
  std::size_t max_attempts = 256;

  /// Inbound streams not yet released; beyond, an `open` is answered with refuse{busy}.
  std::size_t max_inbound = 1024;

  /// Of them, from one IP address; beyond, refuse{busy}.
  std::size_t max_inbound_per_address = 256;

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

/// Replies waiting for poll_transmit(); more are dropped and counted, the initiators repeat.
inline constexpr std::size_t max_queued_transmits = 1024;

} // namespace warren::dial
