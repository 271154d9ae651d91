#pragma once

#include "messages/node_id.hpp"
#include "transports/dht/config.hpp"

#include <array>
#include <optional>
#include <vector>

namespace warren::dht {

/// Kademlia's iterative lookup: asks ever closer nodes for ever closer ones, up to `parallelism` at a time, until the k
/// closest it has heard of have all answered. Knows nothing of sockets, messages or time: the caller asks whom next()
/// names and reports what came of it.
///
/// Where we leave the paper, so that liars do not make it fail:
/// - Candidates are trusted or doubtful, and the k closest of each kind are asked, so that made-up nodes near the
///   target do not hide the real ones. Doubtful are nodes whose id does not follow from their address (BEP 42,
///   verify_ids), and those that crowd the target closer than a network of this size can (crowded_bits). A network
///   without BEP 42 is all doubtful and loses nothing. When most doubtful ones are silent, no more of them are asked.
/// - A name is worth nothing before it has answered: several endpoints may be named for one id, several ids for one
///   endpoint, several nodes of one network (address_policy.hpp). One at a time is asked, the next one when it is
///   silent, up to max_tries_per_network, and the first one to answer stands. So nobody can be hidden by naming
///   something false in his place. Nodes on loopback are no network.
/// - One answer adds at most max_named candidates.
///
/// Candidates beyond `max_candidates` are forgotten, the farthest of the more frequent kind first; after `max_queries`
/// nobody new is asked.
class lookup {
public:
  /// Of one answer.
  static constexpr std::size_t max_named = 2 * k;
  /// Different endpoints named for one id, or ids for one endpoint.
  static constexpr std::size_t max_names = 3;
  static constexpr std::size_t max_tries_per_network = 4;
  /// Candidates that may be as close as crowded_bits says before they crowd.
  static constexpr std::size_t max_in_crowd = 2;

  struct settings {
    std::size_t parallelism = alpha;
    std::size_t width = k;
    std::size_t max_queries = 128;
    std::size_t max_candidates = 256;
    /// Takes several nodes of one network, if their addresses are local.
    bool allow_same_ip = false;
    bool verify_ids = false;
    /// Of the whole network hardly a node shares so many leading bits with the target.
    std::size_t crowded_bits = node_id::bits;
  };

  lookup(const node_id& target, const node_id& own_id, const settings& how)
      : target_{target}, own_id_{own_id}, settings_{how} {}

  const node_id& target() const noexcept { return target_; }

  /// Gives a node to start from.
  void seed(const node_info& node) { add(node, 0, true); }

  /// Gives an endpoint to start from whose id will be known when it answers. Until then it counts as closest: it is
  /// asked first, before nodes that were saved long ago and may be gone.
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
  bool done() const;

  /// Returns the closest nodes that have answered, closest first: the up to k trusted ones, and those up to k doubtful
  /// ones that are closer than the last of these, or all while there are fewer than k.
  std::vector<node_info> closest() const;

  /// Returns how many have been asked.
  std::size_t queries() const noexcept { return queries_; }

  /// Returns the number of steps from a seed (which is 1 step away) to the farthest of closest().
  std::size_t hops() const noexcept;

  /// Returns how many are being asked, slow ones left out.
  std::size_t in_flight() const;

private:
  enum class phase : std::uint8_t { heard_of, asked, slow, answered, failed };

  /// As large as a cache line: a lookup goes through its candidates again and again.
  struct candidate {
    node_info node;
    std::uint64_t from_target = 0; // the first eight octets of the distance
    std::uint64_t network = 0;     // 0 = none
    std::uint32_t depth = 0;
    bool id_known = true;
    bool doubtful = false;
    phase at = phase::heard_of;
  };

  using iterator = std::vector<candidate>::iterator;

  /// What is left to do for the k closest of one kind.
  struct outlook {
    std::optional<std::size_t> next; // the index of the candidate
    bool open = false;
  };

  /// What all candidates together tell; holds until one of them changes.
  struct survey {
    std::vector<std::uint32_t> touched;  // the indices of those that were asked, whatever came of it
    std::array<std::size_t, 2> asking{}; // trusted, doubtful
    std::array<outlook, 2> left{};
  };

  const survey& look() const;
  outlook look_at(bool doubtful, const survey& all, bool given_up) const;
  bool blocked(const candidate& entry, const survey& all) const;
  bool before(const candidate& a, const candidate& b) const;
  bool is_doubtful(const candidate& newcomer) const;
  std::uint64_t network_of(const endpoint& where) const;
  void add(const node_info& node, std::size_t depth, bool id_known);
  void insert(candidate newcomer);
  void forget_farthest();
  void rename(iterator found, const node_id& id);
  iterator find(const endpoint& where);

  node_id target_;
  node_id own_id_;
  settings settings_;
  std::vector<candidate> candidates_; // closest first, ids unknown in front
  std::size_t queries_ = 0;
  mutable survey survey_;
  mutable bool surveyed_ = false; // survey_ holds
};

} // namespace warren::dht
