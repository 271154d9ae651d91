#pragma once

#include "messages/random_source.hpp"
#include "transports/dht/bucket.hpp"

#include <optional>
#include <span>
#include <vector>

namespace warren::dht {

/// Kademlia's routing table as BEP 5 has it. Bucket i holds the nodes that share exactly i leading bits with the own id,
/// the last bucket those that share as many or more: only it, the one around the own id, is ever split.
///
/// Where we leave BEP 5:
/// - a node enters only after it has answered us, so that a forged source address gets nobody in;
/// - a full bucket keeps newcomers in a replacement cache, and a bad node is replaced from there (Kademlia paper, 4.1);
/// - at most one node per network (address_policy.hpp) and bucket, and max_per_network in the whole table, against one
///   owner of many addresses nearby, except where addresses may be shared (may_share). A bad node takes nobody's place:
///   another one of its network, or itself once it asks again, gets in by answering;
/// - nodes whose id follows from their address are preferred (BEP 42, see id_enforcement).
class routing_table {
public:
  /// go-ethereum's bound for one /24 in a whole table.
  static constexpr std::size_t max_per_network = 10;

  struct settings {
    address_family family = address_family::ipv4;
    /// See config::allow_same_ip.
    bool allow_same_ip = false;
    id_enforcement enforcement = id_enforcement::prefer;
  };

  routing_table(const node_id& own_id, const settings& how) : own_id_{own_id}, settings_{how}, buckets_(1) {}

  const node_id& own_id() const noexcept { return own_id_; }

  /// To be called when a node has answered. Adds or refreshes it; returns whether it is in the table now.
  bool heard_response(time_point now, const node_info& node);

  /// To be called when a node has asked something. Refreshes it if it is there under the same id and endpoint.
  void heard_query(time_point now, const node_info& node);

  /// To be called when the node at `where` has not answered.
  void failed(time_point now, const endpoint& where);

  /// True when a node that is not in the table, or is there but bad, would get a place in it (not just in a replacement
  /// cache) by answering.
  bool wants(time_point now, const node_info& node) const;

  /// Returns the up to `count` nodes closest to `target`, closest first. No bad ones.
  std::vector<node_info> closest(time_point now, const node_id& target, std::size_t count) const;

  /// Returns a place to look up in a bucket with room that nobody has looked into, or in one that has not changed for
  /// refresh_after (BEP 5), and marks the bucket as refreshed. Nothing when there is no such bucket.
  std::optional<node_id> refresh_target(time_point now, random_source& random);

  /// Returns the questionable node not heard of for longest.
  std::optional<node_info> most_questionable(time_point now) const;

  /// Takes another id and sorts the nodes anew. What finds no place is dropped.
  void change_id(time_point now, const node_id& own_id);

  /// Returns all nodes: good ones first, then questionable, then bad.
  std::vector<node_info> nodes(time_point now) const;

  /// Returns how many nodes are in the given state or a better one.
  std::size_t count(time_point now, node_state worst) const;

  std::size_t buckets() const noexcept { return buckets_.size(); }

  /// For tests and status pages.
  const bucket& at(std::size_t index) const { return buckets_.at(index); }

private:
  std::size_t index_of(const node_id& id) const noexcept;
  /// Appends the nodes of `group` to `out` that are closest to `target`, closest first, until `out` has `count`.
  void append_closest(
      time_point now, const node_id& target, std::size_t count, std::span<const bucket> group,
      std::vector<node_info>& out) const;
  bool admissible(const node_info& node) const;
  bool network_taken(time_point now, const std::vector<contact>& among, const ip_address& address) const;
  bool network_full(time_point now, const ip_address& address) const;
  bool place(time_point now, const contact& newcomer);
  bool can_split(std::size_t index) const noexcept;
  void split(time_point now);
  contact* replaceable(time_point now, bucket& full, const contact& newcomer) const;
  void keep_as_replacement(time_point now, bucket& full, const contact& newcomer);
  void promote(time_point now, bucket& where);
  void erase(const endpoint& where);

  node_id own_id_;
  settings settings_;
  std::vector<bucket> buckets_;
};

} // namespace warren::dht
