#pragma once

#include "messages/buffer_pool.hpp"
#include "messages/session_record.hpp"
#include "transports/session/counters.hpp"
#include "transports/session/types.hpp"

#include <deque>
#include <memory>

namespace warren::session {

/// Where the parts of a session put what comes out of them.
struct outputs {
  std::deque<event> events;
  /// Frames for the next records, before any data.
  std::deque<wire::frame> control;
  session::counters counters;
  /// Where the memory of large messages comes from; null: the heap.
  std::shared_ptr<buffer_pool> buffers;
};

} // namespace warren::session
