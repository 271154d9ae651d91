#pragma once

#include "actors/options.hpp"
#include "transports/udx/config.hpp"

namespace warren {

/// Returns the settings of a transport's UDX streams. What may be on its way over a direct path follows the two options that
/// say what may be unacknowledged and unconsumed: send-buffer here, channel-window at the peer. Neither is more than
/// udx::max_receive_window (64 MiB), as no peer takes more at once; the rest of a larger send-buffer is kept by the session. A
/// window is never below UDX's default, since all channels of a connection share it.
udx::config stream_settings_of(const options& opts);

} // namespace warren
