#pragma once

#include "transports/net/packet_batch.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace warren {

/// Datagrams copied out of the receive buffers for a receiver that strangers can keep busy. The streams on the same socket need
/// those buffers: with all of them in the receiver's mailbox, the reading thread would wait for it. For one thread; what it
/// hands out may be dropped on any.
class datagram_copies {
public:
  /// What its receiver has not dealt with, at most (see cost_of); what comes on top is dropped and counted, as from a full socket
  /// buffer.
  static constexpr std::size_t max_waiting = 512 * 1024;

  /// Returns what a datagram counts for: its octets, and what is noted of each, so that many small ones are bounded too.
  static constexpr std::size_t cost_of(std::size_t octets) { return octets + sizeof(net::packet); }

  /// Returns copies of those that there is room for; they count as waiting until the batch is dropped. Null when it is none.
  std::shared_ptr<const net::packet_batch> take(std::vector<net::packet> packets);

  /// Returns how many were dropped; on any thread.
  std::uint64_t dropped() const noexcept { return dropped_; }

private:
  std::atomic<std::uint64_t> dropped_{0};
  /// Shared with the batches under way, which may outlive this.
  std::shared_ptr<std::atomic<std::size_t>> waiting_ = std::make_shared<std::atomic<std::size_t>>(0);
};

} // namespace warren
