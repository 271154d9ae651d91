#pragma once

#include "tests/sim/network/network.hpp"
#include "transports/udx/rtt_estimator.hpp"
#include "transports/udx/stream.hpp"

#include <memory>
#include <vector>

namespace warren::test {

/// One-way transfers without end that share a path: their senders stand at one endpoint and their receivers at another, so
/// that they wait in the same queue. What arrives is compared with what was sent; nothing is kept.
class bulk_path {
public:
  /// The path from the senders to the receivers is `forth`; acknowledgements come over `back`.
  bulk_path(sim::network& net, const sim::link_quality& forth, const sim::link_quality& back);
  ~bulk_path();

  bulk_path(const bulk_path&) = delete;
  bulk_path& operator=(const bulk_path&) = delete;

  /// Starts a transfer; returns its number.
  std::size_t start(udx::congestion_algorithm algorithm);

  /// Octets of transfer `which` that have arrived in order.
  std::uint64_t received(std::size_t which) const;

  udx::stats stats(std::size_t which) const;

  /// The longest time for which nothing arrived in order.
  duration longest_gap(std::size_t which) const;

  /// By how much the sender stayed silent at worst, beyond what its retransmission timer allows, while it waited for
  /// acknowledgements; negative when it always spoke in time.
  duration longest_silence_beyond_timer(std::size_t which) const;

  /// Packets that its sender has sent.
  std::uint64_t sent(std::size_t which) const;

  /// True if something arrived other than it was sent, or a stream ended.
  bool spoilt() const;

private:
  class side;
  struct transfer;

  sim::network& network_;
  std::vector<std::unique_ptr<transfer>> transfers_;
  std::unique_ptr<side> senders_;
  std::unique_ptr<side> receivers_;
};

} // namespace warren::test
