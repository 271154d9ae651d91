#pragma once

#include "messages/time.hpp"
#include "messages/udx_packet.hpp"

#include <optional>

namespace warren::udx {

/// One tail loss probe at a time (RFC 8985 section 7), here also while losses are repaired: with few packets
/// in flight the loss of a repeated one would else cost a whole retransmission timeout, whose floor is a
/// second. There is no DSACK here, so whether a repeated packet repaired a loss is told by time: an answer
/// sooner than the minimum RTT is to the first transmission.
struct tail_probe {
  struct episode {
    sequence_number end_seq; // snd.nxt when it was sent
    time_point sent;
    bool repeated = false; // it was a retransmission
  };

  std::optional<episode> outstanding;
  bool due = false;      // the timer has expired, and the probe waits to be sent
  bool progress = false; // something has arrived since the last probe

  bool allowed() const noexcept { return !outstanding && !due && progress; }
};

} // namespace warren::udx
