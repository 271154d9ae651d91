#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::sim {

/// How one direction of a path treats datagrams. Probabilities are 0 to 1.
struct link_quality {
  duration latency = std::chrono::milliseconds{20};
  /// Makes paths differ: the latency between two hosts is `latency` times a log-normal factor with this sigma (median 1),
  /// which follows from the two endpoints and the seed, so that it stays the same for the whole run. Measured Internet
  /// paths are near 0.5 to 0.7.
  double spread = 0;
  /// Uniformly drawn from 0 to `jitter` and added to the latency of each datagram. More than the gap between two datagrams
  /// reorders them.
  duration jitter{};
  double loss = 0;
  double duplication = 0;
  /// A reordered datagram is held back by `reorder_delay`, so that later ones overtake it.
  double reorder = 0;
  duration reorder_delay = std::chrono::milliseconds{10};
  /// Larger datagrams are dropped, as a path drops what must not be fragmented.
  std::size_t mtu = 65'507;
  /// 0 = no limit. Otherwise datagrams wait their turn, at most `queue_bytes` of them; the rest is dropped (drop-tail).
  std::uint64_t bytes_per_second = 0;
  std::size_t queue_bytes = 256 * 1024;
};

} // namespace warren::sim
