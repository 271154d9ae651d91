#pragma once

#include <system_error>

namespace warren::udx {

/// Why a stream ended other than by both sides ending it, or refused a message.
enum class errc {
  connection_reset = 1, // the peer destroyed the stream
  timed_out,            // a packet stayed unacknowledged through all its retransmissions
  aborted,              // destroy() was called here
  message_too_long,     // a message does not fit one packet of this path
  too_many_messages,    // as many as may wait do already
  stream_over,          // a message for a stream that has ended
};

std::error_code make_error_code(errc code) noexcept;

} // namespace warren::udx

template <>
struct std::is_error_code_enum<warren::udx::errc> : std::true_type {};
