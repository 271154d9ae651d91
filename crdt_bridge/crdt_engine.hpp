#pragma once

#include "crdt_bridge/item_store.hpp"
#include "messages/item.hpp"
#include "messages/time.hpp"

#include <optional>
#include <span>
#include <vector>

namespace warren::crdt {

/// What became of an item that was offered to an engine.
enum class verdict : std::uint8_t {
  /// It is in the set now.
  added,
  /// It was in the set already.
  known,
  /// The set holds something that takes precedence over it.
  superseded,
  /// It is ahead of our clock: kept aside, and decided when its time has come.
  deferred,
  /// It is too far ahead of our clock.
  far_future,
  /// It is ahead of our clock, and as many as may wait are waiting already.
  deferral_full,
};

/// Verdicts on a batch, in its order, and what they would change.
struct staged_batch {
  std::vector<verdict> verdicts;
  change_set changes;
};

/// A replicated set of items that any two replicas merge to the same result, in whatever order and how often they get
/// them. A replica knows nothing else of the data, so that any CRDT fits.
///
/// Deciding and changing are apart, so that the set in memory never runs ahead of the disk: stage() decides, the store
/// makes it durable, commit() changes the set. Between stage() and its commit() no other batch may be staged.
/// The `added` of each committed change set is the live feed of new items.
class crdt_engine {
public:
  virtual ~crdt_engine() = default;

  /// Returns a number that tells engines apart on the wire and on disk; never changes.
  virtual std::uint8_t kind() const noexcept = 0;

  /// Returns why `candidate` can be no item of this engine, or an empty code. Looks at nothing but the item.
  virtual std::error_code check(const item& candidate) const = 0;

  /// Decides on `batch`, whose items must have passed check(). Changes nothing but the table of deferred items.
  virtual staged_batch stage(std::span<const item> batch, wall_time now) = 0;

  /// Changes the set as the last stage() said.
  virtual void commit(const change_set& changes) = 0;

  /// stage() and commit() at once, for sets without a disk. Items that fail check() must not be in `batch`.
  std::vector<verdict> apply(std::span<const item> batch, wall_time now) {
    auto staged = stage(batch, now);
    commit(staged.changes);
    return std::move(staged.verdicts);
  }

  /// Takes an item that was on disk, when the database is opened.
  virtual std::error_code restore(const item& stored) = 0;

  virtual bool contains(const item_id& id) const = 0;
  virtual std::optional<item> get(const item_id& id) const = 0;

  /// Returns true when an item with that key is neither here nor deferred and would not be refused for being ahead of our
  /// clock: then it is worth fetching.
  virtual bool wants(const item_key& key, wall_time now) const = 0;

  /// Returns the ids among `ids` that are not in the set, in the same order.
  std::vector<item_id> missing(std::span<const item_id> ids) const {
    std::vector<item_id> result;
    for (const auto& id : ids)
      if (!contains(id))
        result.push_back(id);
    return result;
  }

  /// Returns up to `limit` keys greater than `after` (from the first if there is none), in order.
  virtual std::vector<item_key> list(const std::optional<item_key>& after, std::size_t limit) const = 0;

  virtual std::uint64_t count() const = 0;
  virtual item_digest digest() const = 0;

  /// When the next deferred item is due, and those that are; they have to be staged again.
  virtual std::optional<wall_time> next_due() const = 0;
  virtual std::vector<item> take_due(wall_time now) = 0;
};

} // namespace warren::crdt
