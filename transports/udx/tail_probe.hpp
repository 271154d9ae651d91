#pragma once

#include "messages/time.hpp"
#include "messages/udx_packet.hpp"

#include <optional>

namespace warren::udx {

/// Tail loss probes (RFC 8985 section 7), here also while losses are repaired, and, as in RFC 9002 section 6.2, with
/// doubled timeouts again and again until the retransmission timer takes over: with few packets in flight the loss of a
/// repeated one would else cost a whole retransmission timeout, whose floor is a second. There is no DSACK here, so
/// whether a repeated packet repaired a loss is told by time: an answer sooner than the minimum RTT is to the first
/// transmission.
struct tail_probe {
  struct episode {
    sequence_number end_seq; // snd.nxt when it was sent
    time_point sent;
    bool repeated = false; // it was a retransmission
  };

  std::optional<episode> outstanding;
  bool due = false;       // the timer has expired, and the probe waits to be sent
  bool postponed = false; // it gave way; since something has arrived or a probe was sent
  bool progress = false;  // something has arrived since the last retransmission timeout
  int unanswered = 0;     // probes since something has arrived

  bool allowed() const noexcept { return !due && progress; }
};

} // namespace warren::udx
