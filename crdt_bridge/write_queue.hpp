#pragma once

#include "crdt_bridge/fetch_claims.hpp"
#include "crdt_bridge/limits.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace warren::crdt {

/// Names a local write until it is answered.
using write_ticket = std::uint64_t;

/// Items that came together and wait for the disk together.
struct pending_write {
  std::vector<item> items;
  peer_handle from = 0;     // 0: not from a peer
  write_ticket ticket = 0;  // 0: nobody waits for an answer
  std::uint64_t credit = 0; // what the peer's message cost; it gets that back

  std::size_t payload_octets() const noexcept {
    std::size_t sum = 0;
    for (const auto& each : items)
      sum += each.payload.size();
    return sum;
  }
};

/// What waits for the next transaction. Local writes are bounded here; those of peers by the credit granted to them.
class write_queue {
public:
  explicit write_queue(const write_limits& limits) noexcept : limits_{limits} {}

  /// Returns false when a local write would exceed the limit.
  bool push(pending_write write) {
    auto octets = write.payload_octets();
    if (write.ticket != 0) {
      if (octets > limits_.max_pending_octets - std::min(local_octets_, limits_.max_pending_octets))
        return false;
      local_octets_ += octets;
    }
    waiting_.push_back(std::move(write));
    return true;
  }

  /// Removes and returns the writes of the next transaction: all that wait, up to its limit.
  std::vector<pending_write> take() {
    std::vector<pending_write> batch;
    std::size_t octets = 0;
    while (!waiting_.empty()) {
      auto next = waiting_.front().payload_octets();
      if (!batch.empty() && octets + next > limits_.max_transaction_octets)
        break;
      octets += next;
      if (waiting_.front().ticket != 0)
        local_octets_ -= next;
      batch.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return batch;
  }

  bool empty() const noexcept { return waiting_.empty(); }

private:
  write_limits limits_;
  std::deque<pending_write> waiting_;
  std::size_t local_octets_ = 0;
};

} // namespace warren::crdt
