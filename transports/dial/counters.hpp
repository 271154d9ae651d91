#pragma once

#include <cstdint>

namespace warren::dial {

/// What an endpoint has done, and what it has refused for which reason.
struct counters {
  std::uint64_t attempts = 0;         // dials started
  std::uint64_t opened = 0;           // attempts that led to a stream
  std::uint64_t timed_out = 0;        // attempts that nobody answered
  std::uint64_t accepted = 0;         // inbound streams
  std::uint64_t accepts_repeated = 0; // repeated `open` answered with the same `accept`
  std::uint64_t cookies_sent = 0;     // challenges to sources that had proved nothing yet

  // Refused input; state is as before.
  std::uint64_t not_control = 0;      // another protocol's packet
  std::uint64_t truncated = 0;        // shorter than its type
  std::uint64_t bad_version = 0;      // another version
  std::uint64_t unknown_type = 0;     // no such packet type
  std::uint64_t malformed = 0;        // an impossible field
  std::uint64_t bad_cookie = 0;       // forged, expired, or for another source
  std::uint64_t unknown_cookie = 0;   // a challenge that belongs to no attempt
  std::uint64_t unknown_accept = 0;   // an acceptance that belongs to no attempt
  std::uint64_t unknown_refuse = 0;   // a refusal that belongs to no attempt
  std::uint64_t open_of_released = 0; // a late repetition of an `open` whose stream is gone
  std::uint64_t inbound_limit = 0;    // an `open` beyond the limit on streams whose peer is proved
  std::uint64_t opening_rate = 0;     // an `open` beyond the rate of its source
  std::uint64_t unproved_limit = 0;   // unproved streams that gave way, as there were too many in all
  std::uint64_t address_limit = 0;  // unproved streams that gave way, as there were too many of their source
  std::uint64_t transmit_limit = 0; // replies dropped because nobody polled the earlier ones
};

} // namespace warren::dial
