#pragma once

#include "messages/time.hpp"
#include "transports/udx/config.hpp"

#include <memory>

namespace warren::udx {

/// What one ACK has told.
struct ack_sample {
  time_point now;
  std::size_t acked = 0;     // packets newly acknowledged or sacked
  std::size_t in_flight = 0; // packets, before this ACK
  duration srtt{};
  duration latest_rtt{};
  bool round_ended = false; // everything sent before the last round's end has been answered
};

/// Decides how many packets may be in flight. One per stream and path.
class congestion_controller {
public:
  virtual ~congestion_controller() = default;

  /// Something has arrived while no loss is being repaired, or after a timeout.
  virtual void on_ack(const ack_sample& sample) = 0;

  /// A packet was lost, the first of its round trip.
  virtual void on_congestion_event(time_point now) = 0;

  /// What was taken for lost since the last on_congestion_event() has all arrived after all: as if that had
  /// not been (RFC 9438 section 4.9).
  virtual void on_spurious_loss() = 0;

  /// The retransmission timer has expired with data in flight.
  virtual void on_timeout(time_point now) = 0;

  /// Packets that may be in flight.
  virtual std::size_t cwnd() const noexcept = 0;

  virtual bool in_slow_start() const noexcept = 0;
};

// RFC 6928: ten packets to start with.
inline constexpr double initial_window = 10;
// RFC 5681 section 3.1: never below two, except for the one of a timeout.
inline constexpr double min_window = 2;
inline constexpr double loss_window = 1;

/// Returns true if the sender made use of its window, so that an ACK tells of the path and not of the
/// application (RFC 9438 section 5.8). In slow start half of the window will do, as pacing spreads the rest.
bool window_was_used(const ack_sample& sample, double cwnd, bool slow_start) noexcept;

std::unique_ptr<congestion_controller> make_congestion_controller(congestion_algorithm algorithm);

} // namespace warren::udx
