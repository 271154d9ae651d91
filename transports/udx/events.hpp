#pragma once

#include <system_error>
#include <variant>

namespace warren::udx {

/// More octets can be read; raised once until the event is taken, whatever arrives meanwhile.
struct readable {};

/// A write() that was cut short can go on.
struct writable {};

/// The peer has ended its side and everything before that has arrived (it may still wait to be read).
struct remote_end {};

/// The stream is over: `reason` is empty when both sides ended it, else from udx::errc.
struct closed {
  std::error_code reason;
};

/// Everything sent before change_remote() has arrived: the peer is reached over the new path.
struct path_changed {};

/// The stream will neither send nor take another packet and can be destroyed. After a clean close this comes
/// config::linger later.
struct finished {};

using event = std::variant<path_changed, readable, remote_end, writable, closed, finished>;

} // namespace warren::udx
