#pragma once

#include "messages/ring_queue.hpp"
#include "transports/session/record_buffer.hpp"

#include <cstdint>
#include <memory>

namespace warren::session {

/// Sealed records that the peer has not acknowledged, in order, so that another pipe can carry them again. Pipes share their
/// buffers; those of acknowledged records that no pipe holds any more are used again: no allocation per record once
/// traffic flows. Kept for that are at most as many, and as many octets, as are in flight, or a few (16 buffers, 1 MiB).
class retention {
public:
  /// Returns a buffer for the next record.
  std::shared_ptr<record_buffer> take_buffer();

  /// Keeps the record that follows the last one. `eliciting`: the peer owes an acknowledgement for it.
  void push(std::shared_ptr<record_buffer> record, bool eliciting);

  /// Drops all records before `next`. False when such a record was never pushed: the state is then as before.
  [[nodiscard]] bool acknowledge(std::uint64_t next);

  /// Gives the memory of records that are not kept back to the heap.
  void release_spare() noexcept {
    free_.release();
    free_octets_ = 0;
  }

  /// Returns the record, or nothing when it is acknowledged or not made yet.
  std::shared_ptr<const record_buffer> find(std::uint64_t number) const noexcept;

  /// The first record kept, and the one after the last.
  std::uint64_t first() const noexcept { return first_; }
  std::uint64_t next() const noexcept { return first_ + records_.size(); }

  /// Octets kept.
  std::size_t size() const noexcept { return octets_; }

  bool has_eliciting() const noexcept { return eliciting_ > 0; }

private:
  void trim_free() noexcept;

  struct kept {
    std::shared_ptr<record_buffer> record;
    bool eliciting = false;
  };

  ring_queue<kept> records_;
  ring_queue<std::shared_ptr<record_buffer>> free_; // the one acknowledged first comes first
  std::size_t free_octets_ = 0;                     // that those have room for
  std::uint64_t first_ = 0;
  std::size_t octets_ = 0;
  std::size_t eliciting_ = 0;
};

} // namespace warren::session
