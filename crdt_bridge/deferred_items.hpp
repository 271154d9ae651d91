#pragma once

#include "messages/item.hpp"
#include "messages/time.hpp"

#include <map>
#include <optional>
#include <unordered_set>
#include <vector>

namespace warren::crdt {

/// Items whose state lies ahead of our clock, waiting for it; a bounded table in order of their states.
class deferred_items {
public:
  /// Keeps at most `most` items with at most `most_octets` of payload.
  deferred_items(std::size_t most, std::size_t most_octets) noexcept
      : most_{most}, most_octets_{most_octets} {}

  bool contains(const item_id& id) const { return ids_.contains(id); }
  std::size_t size() const noexcept { return ids_.size(); }

  /// Keeps `waiting` until `state`. Returns false when the table is full.
  bool add(double state, const item& waiting);

  /// Returns when the first one is due.
  std::optional<wall_time> next_due() const;

  /// Removes and returns what is due at `now`.
  std::vector<item> take_due(double now);

private:
  std::size_t most_;
  std::size_t most_octets_;
  std::size_t octets_ = 0;
  std::multimap<double, item> by_state_;
  std::unordered_set<item_id> ids_;
};

} // namespace warren::crdt
