#pragma once

#include "messages/time.hpp"

#include <algorithm>
#include <cmath>

namespace warren::test {

// The published models that the ladder of bad links holds the controllers to: packets per round trip at a loss rate `p`.

/// RFC 9438 section 5.1, equation 5: CUBIC's window outside of its Reno-friendly region, with C = 0.4 and beta = 0.7.
inline double cubic_response(double p, double rtt_seconds) {
  return 1.054 * std::pow(rtt_seconds / p, 0.75);
}

/// Mathis, Semke, Mahdavi and Ott, "The macroscopic behavior of the TCP congestion avoidance algorithm" (1997): Reno's
/// window. Holds as long as timeouts are rare.
inline double reno_response(double p) {
  return std::sqrt(1.5 / p);
}

/// RFC 5348 section 3.1 (Padhye, Firoiu, Towsley and Kurose, 1998): Reno with its timeouts, t_RTO = 4 R, b = 1.
inline double reno_response_with_timeouts(double p) {
  return 1 / (std::sqrt(2 * p / 3) + 12 * std::sqrt(3 * p / 8) * p * (1 + 32 * p * p));
}

/// Above this loss rate a window is so small that timeouts are no longer rare.
inline constexpr double most_loss_without_timeouts = 0.05;

/// draft-ietf-ccwg-bbr-05, BBR.LossThresh: up to here loss does not make BBR slower.
inline constexpr double bbr_loss_thresh = 0.02;

/// A path as a model sees it.
struct modelled_path {
  double loss = 0;
  duration rtt{};
  double octets_per_second = 0; // of the link, headers included
  double payload_share = 0;     // of a datagram
  double payload = 0;           // octets

  /// What arrives when the link is full.
  double capacity() const { return octets_per_second * payload_share * (1 - loss); }

  double from_window(double packets) const {
    return packets * payload / std::chrono::duration<double>(rtt).count();
  }
};

/// Returns the goodput, in octets per second, that CUBIC may be expected to have.
inline double fair_share_of_cubic(const modelled_path& path) {
  if (path.loss == 0)
    return path.capacity();
  auto window = path.loss > most_loss_without_timeouts
                    ? reno_response_with_timeouts(path.loss)
                    : std::max(
                        cubic_response(path.loss, std::chrono::duration<double>(path.rtt).count()),
                        reno_response(path.loss));
  return std::min(path.capacity(), path.from_window(window) * (1 - path.loss));
}

/// The same of BBR: the link's rate as long as it takes no notice of the loss; beyond that no model has been published, and
/// it must not do worse than CUBIC.
inline double fair_share_of_bbr(const modelled_path& path) {
  return path.loss <= bbr_loss_thresh ? path.capacity() : fair_share_of_cubic(path);
}

/// Jain, Chiu and Hawe (1984), of two.
inline double jain_index(double a, double b) {
  return (a + b) * (a + b) / (2 * (a * a + b * b));
}

} // namespace warren::test
