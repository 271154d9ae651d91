#pragma once

#include <system_error>

namespace warren::udx {

/// Why a stream ended other than by both sides ending it.
enum class errc {
  connection_reset = 1, // the peer destroyed the stream
  timed_out,            // a packet stayed unacknowledged through all its retransmissions
  aborted,              // destroy() was called here
};

std::error_code make_error_code(errc code) noexcept;

} // namespace warren::udx

template <>
struct std::is_error_code_enum<warren::udx::errc> : std::true_type {};
