#pragma once

#include "crdt_bridge/crdt_engine.hpp"
#include "crdt_bridge/deferred_items.hpp"
#include "crdt_bridge/graph_item.hpp"
#include "crdt_bridge/hybrid_clock.hpp"
#include "crdt_bridge/set_digest.hpp"

#include <map>
#include <string>
#include <unordered_map>

namespace warren::crdt {

/// Nodes with fields, per field last writer wins under GUN's HAM rules (gun.md section 6), so that it converges with
/// GUN.js. Each field's current value is one item (graph_item.hpp); overwriting it removes that item and adds another.
///
/// Where it is stricter than GUN.js: a write is checked whole and merged all or nothing, and a state ahead of our clock
/// waits only within graph_limits (count and horizon); beyond them the item is refused.
class graph_engine final : public crdt_engine {
public:
  explicit graph_engine(const graph_limits& limits = {});
  graph_engine(const graph_engine&) = delete;
  graph_engine& operator=(const graph_engine&) = delete;

  /// Returns the items of a local write: the fields of the JSON object `fields_json` put into node `soul`, all with one new
  /// state of the local clock. They are in the set once staged and committed.
  result<std::vector<item>> write(std::string_view soul, std::string_view fields_json, wall_time now);

  /// A node as JSON objects: field -> value, field -> state. Fields are in octet order of their names.
  struct node_text {
    std::string soul;
    std::string fields_json;
    std::string states_json;
  };

  /// Returns the node without its null fields, or nothing when it has no others.
  std::optional<node_text> node(std::string_view soul) const;

  struct node_range {
    std::vector<node_text> nodes;
    bool last = false;
  };

  /// Returns up to `limit` nodes with souls greater than `after` in octet order, null fields (tombstones) included. Stops
  /// after the node with which the JSON texts reach `octets`.
  node_range nodes(std::string_view after, std::size_t limit, std::size_t octets) const;

  std::size_t deferred() const noexcept { return deferred_.size(); }
  const hybrid_clock& clock() const noexcept { return clock_; }

  std::uint8_t kind() const noexcept override { return 1; }
  std::error_code check(const item& candidate) const override { return check_item(candidate, limits_); }
  staged_batch stage(std::span<const item> batch, wall_time now) override;
  void commit(const change_set& changes) override;
  std::error_code restore(const item& stored) override;
  bool contains(const item_id& id) const override { return by_id_.contains(id); }
  std::optional<item> get(const item_id& id) const override;
  bool wants(const item_key& key, wall_time now) const override;
  std::vector<item_key> list(const std::optional<item_key>& after, std::size_t limit) const override;
  std::uint64_t count() const override { return by_id_.size(); }
  item_digest digest() const override { return digest_.value(); }
  std::optional<wall_time> next_due() const override { return deferred_.next_due(); }
  std::vector<item> take_due(wall_time now) override { return deferred_.take_due(clock_.now(now)); }

private:
  struct cell {
    double state = 0;
    std::string value;
    item_id id;
  };

  using field_map = std::map<std::string, cell, std::less<>>;
  using graph = std::map<std::string, field_map, std::less<>>;

  // Where an item's parts are; iterators of a map stay valid until erased, and nodes and fields never are.
  struct place {
    graph::const_iterator node;
    field_map::iterator field;
  };

  // What the current stage() has decided for a field so far: its index in changes.added and in verdicts.
  struct winner {
    std::size_t added;
    std::size_t verdict;
  };
  using overlay = std::unordered_map<std::string, winner>;

  verdict decide(const item& candidate, wall_time now, staged_batch& staged, overlay& winners);
  verdict defer(const item& candidate, double state, double now);
  const cell* find(std::string_view soul, std::string_view field) const;
  void insert(const item& added);

  graph_limits limits_;
  graph nodes_;
  std::unordered_map<item_id, place> by_id_;
  std::map<item_key, place> by_key_;
  set_digest digest_;
  hybrid_clock clock_;
  deferred_items deferred_;
};

} // namespace warren::crdt
