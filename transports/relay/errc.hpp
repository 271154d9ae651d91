#pragma once

#include <system_error>

namespace warren::relay {

/// Why a call on a relay machine was refused, or why a link ended without the relay saying so.
enum class relay_errc {
  offline = 1,       ///< not connected to the relay (yet)
  unknown_peer,      ///< the peer shares no topic with us at this relay
  too_many_circuits, ///< config.circuits, or circuits_per_peer, are open
  too_many_topics,   ///< config.topics are wanted
  too_large,         ///< a signal above largest_signal, or an empty one
  unknown_circuit,   ///< no such circuit (any more)
  queue_full,        ///< the link does not drain; nothing was queued
  handshake_timeout, ///< the relay did not finish the handshake in time
  silent,            ///< the relay answered no heartbeat
  bad_frame,         ///< the relay broke the protocol
  refused,           ///< the relay sent an error; the event holds its code
};

const std::error_category& relay_category() noexcept;

inline std::error_code make_error_code(relay_errc code) noexcept {
  return {static_cast<int>(code), relay_category()};
}

} // namespace warren::relay

template <>
struct std::is_error_code_enum<warren::relay::relay_errc> : std::true_type {};
