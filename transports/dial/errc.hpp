#pragma once

#include <system_error>

namespace warren::dial {

/// Why there is no stream.
enum class errc {
  timed_out = 1,     // nobody answered within config::timeout
  busy,              // the peer has reached its limit on inbound streams, or on dials from our address
  version_mismatch,  // the peer speaks another version of the control protocol
  too_many_attempts, // config::max_attempts are in flight already
  bad_endpoint,      // port 0, unspecified or multicast address
};

std::error_code make_error_code(errc code) noexcept;

} // namespace warren::dial

template <>
struct std::is_error_code_enum<warren::dial::errc> : std::true_type {};
