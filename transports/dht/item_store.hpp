#pragma once

#include "transports/dht/config.hpp"
#include "transports/dht/item.hpp"

#include <optional>
#include <unordered_map>

namespace warren::dht {

/// The items that others put here (BEP 44). Bounded as item_store_limits says.
class item_store {
public:
  enum class outcome : std::uint8_t {
    stored,
    /// cas names another sequence number than the stored one (301).
    cas_mismatch,
    /// A newer item is stored, or another one with the same sequence number (302).
    sequence_too_low,
    /// The source holds too many items, or all stored ones are closer to us.
    full,
  };

  explicit item_store(const item_store_limits& limits) : limits_{limits} {}

  /// Stores `what`, which check() has passed, or prolongs it. `own_id` decides what goes when there is no room: the
  /// item farthest from it, which others are likelier to keep.
  outcome put(
      time_point now, const ip_address& from, const item& what, std::optional<std::int64_t> cas,
      const node_id& own_id);

  /// Returns the live item under `target`; valid until the next call of put or expire.
  const item* get(time_point now, const node_id& target) const;

  /// Drops what has expired. Until then get() skips it.
  void expire(time_point now);

  std::size_t size() const noexcept { return items_.size(); }

private:
  struct entry {
    item what;
    ip_address source; // see source_of()
    time_point expires;
  };

  using table = std::unordered_map<node_id, entry>;

  bool make_room(const node_id& target, const node_id& own_id);
  table::iterator forget(table::iterator gone);

  item_store_limits limits_;
  table items_;
  std::unordered_map<ip_address, std::size_t> per_source_;
};

} // namespace warren::dht
