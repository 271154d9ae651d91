#pragma once

#include "messages/node_id.hpp"
#include "transports/dht/config.hpp"

#include <optional>
#include <vector>

namespace warren::dht {

/// Kademlia's iterative lookup: asks ever closer nodes for ever closer ones, up to `parallelism` at a time, until the k
/// closest it has heard of have all answered. Knows nothing of sockets, messages or time: the caller asks whom next()
/// names and reports what came of it.
///
/// Candidates beyond `max_candidates` are forgotten, the farthest first; after `max_queries` nobody new is asked.
class lookup {
public:
  struct settings {
    std::size_t parallelism = alpha;
    std::size_t width = k;
    std::size_t max_queries = 128;
    std::size_t max_candidates = 256;
    /// Takes several nodes of one network. Otherwise the first one heard of stands for its network, except on loopback.
    bool allow_same_ip = false;
  };

  lookup(const node_id& target, const node_id& own_id, const settings& how)
      : target_{target}, own_id_{own_id}, settings_{how} {}

  const node_id& target() const noexcept { return target_; }

  /// Gives a node to start from.
  void seed(const node_info& node) { add(node, 0, true); }

  /// Gives an endpoint to start from whose id will be known when it answers. Until then it counts as closest: it is asked
  /// first, before nodes that were saved long ago and may be gone.
  void seed(const endpoint& where);

  /// Returns whom to ask next and counts it as asked; nothing while enough are being asked, or when nobody is left.
  std::optional<endpoint> next();

  /// To be called when the node asked at `where` has answered as `id` with `closer` nodes. Also taken after on_failure.
  void on_success(const endpoint& where, const node_id& id, const std::vector<node_info>& closer);

  /// To be called when the node asked at `where` takes longer than expected. It may still answer, but another one is
  /// asked beside it: a silent node must not hold up the rest.
  void on_slow(const endpoint& where);

  /// To be called when the node asked at `where` has not answered, or not usefully.
  void on_failure(const endpoint& where);

  /// True when nothing can change the result any more, also if some are still being asked.
  bool done() const noexcept;

  /// Returns the up to k closest nodes that have answered, closest first.
  std::vector<node_info> closest() const;

  /// Returns how many have been asked.
  std::size_t queries() const noexcept { return queries_; }

  /// Returns the number of steps from a seed (which is 1 step away) to the farthest of closest().
  std::size_t hops() const noexcept;

  /// Returns how many are being asked, slow ones left out.
  std::size_t in_flight() const noexcept;

private:
  enum class phase : std::uint8_t { heard_of, asked, slow, answered, failed };

  struct candidate {
    node_info node;
    distance from_target;
    bool id_known = true;
    phase at = phase::heard_of;
    std::size_t depth = 0;
  };

  void add(const node_info& node, std::size_t depth, bool id_known);
  void insert(const candidate& newcomer);
  std::vector<candidate>::iterator find(const endpoint& where);

  node_id target_;
  node_id own_id_;
  settings settings_;
  std::vector<candidate> candidates_; // closest first, ids unknown in front
  std::size_t queries_ = 0;
};

} // namespace warren::dht
