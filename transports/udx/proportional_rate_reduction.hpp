#pragma once

#include <cstddef>

namespace warren::udx {

/// How many packets may go out while losses are repaired (RFC 6937): each arrival allows for its share of the
/// reduced window, so that sending neither stops nor bursts. Needed here all the more as a peer reports no
/// more than fifty SACK blocks: what it has beyond them seems to be in flight.
class proportional_rate_reduction {
public:
  /// To be called when recovery starts: `flight` packets were outstanding, `ssthresh` is the window to end
  /// at.
  void start(std::size_t flight, std::size_t ssthresh) noexcept;

  /// To be called for each ACK during recovery; `pipe` packets are in flight after it.
  void on_delivered(std::size_t packets, std::size_t pipe) noexcept;

  void on_sent() noexcept {
    ++out_;
    --allowance_;
  }

  bool may_send() const noexcept { return allowance_ > 0; }

private:
  std::size_t delivered_ = 0; // prr_delivered
  std::size_t out_ = 0;       // prr_out
  std::size_t flight_ = 1;    // RecoverFS
  std::size_t ssthresh_ = 1;
  std::ptrdiff_t allowance_ = 0; // sndcnt
};

} // namespace warren::udx
