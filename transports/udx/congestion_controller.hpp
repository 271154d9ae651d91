#pragma once

#include "messages/time.hpp"
#include "transports/udx/config.hpp"
#include "transports/udx/delivery_rate.hpp"

#include <memory>

namespace warren::udx {

/// What one ACK has told. All counts are of packets.
struct ack_sample {
  time_point now;
  std::size_t acked = 0;     // newly acknowledged or sacked
  std::size_t in_flight = 0; // before this ACK
  duration srtt{};
  duration latest_rtt{};
  bool round_ended = false; // everything sent before the last round's end has been answered

  std::size_t in_flight_after = 0; // and after the losses that it has revealed
  duration rtt{};                  // measured by this ACK; zero when it measures none
  bool recovering = false;         // losses are being repaired
  bool cwnd_limited = false;       // the window kept packets back in this round trip or the last
  std::uint64_t delivered = 0;     // in all, this ACK's included
  rate_sample rate{};              // only for a controller that wants it
};

/// Decides how many packets may be in flight, and how fast they go. One per stream and path.
class congestion_controller {
public:
  virtual ~congestion_controller() = default;

  /// A packet is about to be sent; `idle`: after a pause in which there was nothing to send.
  virtual void on_sent(time_point, bool /*idle*/) {}

  /// Something has arrived. Called after the calls for the losses that the same ACK has revealed.
  virtual void on_ack(const ack_sample& sample) = 0;

  /// A packet was lost; `flight` tells of the time since it was sent. Only for a controller that wants rate samples.
  virtual void on_lost(const rate_sample& /*flight*/, std::uint64_t /*delivered*/) {}

  /// A packet was lost, the first of its round trip: recovery starts.
  virtual void on_congestion_event(time_point now) = 0;

  /// What was lost has been repaired, also after a timeout.
  virtual void on_recovery_ended() {}

  /// What was taken for lost since the last on_congestion_event() has all arrived after all: as if that had
  /// not been (RFC 9438 section 4.9).
  virtual void on_spurious_loss() = 0;

  /// The retransmission timer has expired; `in_flight` packets are not taken for lost.
  virtual void on_timeout(time_point now, std::size_t in_flight) = 0;

  /// Packets that may be in flight.
  virtual std::size_t cwnd() const noexcept = 0;

  /// Packets per second; `srtt` is not zero.
  virtual double pacing_rate(duration srtt) const noexcept = 0;

  /// True if recovery is to send in proportion to what arrives (RFC 6937) until cwnd() is reached; false if cwnd() holds
  /// in recovery as well.
  virtual bool reduces_proportionally() const noexcept { return true; }

  /// True if rate samples are to be taken.
  virtual bool wants_rate_samples() const noexcept { return false; }

  /// True while it sends less than the path carries on purpose, so that rate samples do not count.
  virtual bool holds_back() const noexcept { return false; }
};

// RFC 6928: ten packets to start with.
inline constexpr double initial_window = 10;

/// Returns a controller; `salt` makes the moments that it may choose at random its own.
std::unique_ptr<congestion_controller> make_congestion_controller(
    congestion_algorithm algorithm, std::uint32_t salt);

} // namespace warren::udx
