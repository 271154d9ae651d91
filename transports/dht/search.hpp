#pragma once

#include "messages/krpc.hpp"
#include "transports/dht/lookup.hpp"
#include "transports/dht/rpc.hpp"

#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace warren::dht {

/// One lookup with its purpose: turns a lookup's steps into KRPC queries, collects peers and tokens from the responses,
/// and at the end of an announce tells the closest nodes. Knows no sockets and no transactions.
class search {
public:
  enum class kind : std::uint8_t {
    /// Fills the routing table: bootstrap and refresh.
    bootstrap,
    refresh,
    /// Asked for by the user of the node.
    get_peers,
    announce,
  };

  struct goal {
    kind what = kind::refresh;
    node_id target;
    /// announce only.
    std::uint16_t port = 0;
    bool implied_port = false;
  };

  struct settings {
    node_id own_id;
    address_family family = address_family::ipv4;
    id_enforcement enforcement = id_enforcement::prefer;
    std::size_t max_peers = 2000;
    dht::lookup::settings lookup;
  };

  /// What to send next. Its query borrows from the search: encode it before any other call.
  struct step {
    endpoint to;
    krpc::query query;
    purpose why = purpose::lookup;
  };

  search(const goal& what, const settings& how, time_point asked)
      : goal_{what}, settings_{how}, asked_{asked}, lookup_{what.target, how.own_id, how.lookup} {}

  template <class Seed>
  void seed(const Seed& from) {
    lookup_.seed(from);
  }

  /// Returns what to ask next; nothing while enough is under way, or when nothing is left.
  std::optional<step> next();

  void on_response(const endpoint& from, const krpc::response& response, purpose why);

  /// To be called when `from` takes longer than expected.
  void on_slow(const endpoint& from) { lookup_.on_slow(from); }

  /// To be called when `from` has not answered, or with an error.
  void on_failure(const endpoint& from, purpose why);

  /// Adds peers found elsewhere, such as in the own store. Each counts once.
  void add_peers(const std::vector<endpoint>& peers);

  /// Returns the peers that have been added since the last call.
  std::vector<endpoint> take_new_peers() { return std::exchange(new_peers_, {}); }

  bool done() const noexcept;

  const goal& what() const noexcept { return goal_; }

  time_point asked() const noexcept { return asked_; }

  std::size_t peers() const noexcept { return peers_.size(); }

  std::size_t queries() const noexcept { return lookup_.queries() + announcements_; }

  std::size_t hops() const noexcept { return lookup_.hops(); }

  /// Returns the nodes that confirmed the announcement.
  const std::vector<endpoint>& announced_to() const noexcept { return announced_to_; }

private:
  krpc::query lookup_query() const;
  std::optional<step> next_announcement();
  void choose_storing_nodes();

  goal goal_;
  settings settings_;
  time_point asked_;
  dht::lookup lookup_;
  std::set<endpoint> peers_;
  std::vector<endpoint> new_peers_;
  std::unordered_map<endpoint, bytes> tokens_;

  // The second half of an announce.
  bool announcing_ = false;
  std::vector<endpoint> to_tell_;
  std::size_t announcements_ = 0;
  std::size_t unconfirmed_ = 0;
  std::vector<endpoint> announced_to_;
};

} // namespace warren::dht
