#pragma once

#include "messages/item.hpp"

#include <deque>
#include <optional>
#include <unordered_set>

namespace warren::crdt {

/// Keys of new items on their way to one peer, each once, in the order they came. Bounded: when it is full everything in it
/// is dropped, and the peer has to be told to list instead.
class live_queue {
public:
  explicit live_queue(std::size_t most) noexcept : most_{most} {}

  /// Returns false when the queue was full and has been dropped.
  bool push(const item_key& key) {
    if (order_.size() >= most_) {
      order_.clear();
      waiting_.clear();
      return false;
    }
    if (waiting_.insert(key.id).second)
      order_.push_back(key.id);
    return true;
  }

  std::optional<item_id> pop() {
    while (!order_.empty()) {
      auto id = order_.front();
      order_.pop_front();
      if (waiting_.erase(id) > 0)
        return id;
    }
    return std::nullopt;
  }

  /// Puts back what pop() returned last and could not be sent.
  void unpop(const item_id& id) {
    waiting_.insert(id);
    order_.push_front(id);
  }

  /// Drops `id`: the peer has it, or gets it another way.
  void remove(const item_id& id) { waiting_.erase(id); }

  bool contains(const item_id& id) const { return waiting_.contains(id); }
  bool empty() const noexcept { return waiting_.empty(); }

private:
  std::size_t most_;
  std::deque<item_id> order_; // some of it may have been removed
  std::unordered_set<item_id> waiting_;
};

} // namespace warren::crdt
