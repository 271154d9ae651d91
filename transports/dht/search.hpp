#pragma once

#include "messages/krpc.hpp"
#include "transports/dht/item.hpp"
#include "transports/dht/lookup.hpp"
#include "transports/dht/peer_record.hpp"
#include "transports/dht/rpc.hpp"

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace warren::dht {

/// One lookup with its purpose: turns a lookup's steps into KRPC queries, collects peers, peer records, items and tokens from
/// the responses, and at the end of an announce or a put tells the closest nodes. Knows no sockets and no transactions.
class search {
public:
  enum class kind : std::uint8_t {
    /// Fills the routing table: bootstrap and refresh.
    bootstrap,
    refresh,
    /// Asked for by the user of the node.
    get_peers,
    announce,
    get_item,
    put_item,
  };

  /// One answer adds at most so many peers, so that a few liars cannot fill all of max_peers.
  static constexpr std::size_t max_peers_per_answer = 100;
  /// Different peer records looked at, and wrong ones after which no more are: checking them costs time.
  static constexpr std::size_t max_records = 64;
  static constexpr std::size_t max_bad_records = 16;

  /// BEP 44: what is looked for or put.
  struct item_goal {
    /// Of a mutable item; without it an immutable one.
    std::optional<peer_id> key{};
    bytes salt{};
    /// get_item: older ones are of no interest.
    std::optional<std::int64_t> newer_than{};
    /// put_item.
    std::optional<item> put{};
    std::optional<std::int64_t> cas{};
  };

  /// A peer record and the node that gave it: a way to reach the peer.
  struct met_record {
    peer_record record;
    endpoint where;
    endpoint node;
    bytes token;
    /// Not seen before in this search.
    bool fresh = false;
  };

  struct goal {
    kind what = kind::refresh;
    node_id target;
    /// announce only.
    std::uint16_t port = 0;
    bool implied_port = false;
    /// announce: the own peer record, signed; empty = none.
    bytes record{};
    /// get_item and put_item only.
    std::optional<item_goal> item{};
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

  /// To be called when `from` has not answered.
  void on_failure(const endpoint& from, purpose why);

  /// To be called when `from` has answered with an error.
  void on_refusal(const endpoint& from, purpose why, std::int64_t code);

  /// Takes an item found elsewhere, such as in the own store.
  void add_item(const item& found);

  /// Adds peers found elsewhere, such as in the own store. Each counts once.
  void add_peers(const std::vector<endpoint>& peers);

  /// Returns the peers that have been added since the last call.
  std::vector<endpoint> take_new_peers() { return std::exchange(new_peers_, {}); }

  /// Returns the newest item, if it has been found since the last call.
  std::optional<item> take_new_item();

  /// Returns the records that have come since the last call.
  std::vector<met_record> take_new_records() { return std::exchange(new_records_, {}); }

  bool done() const noexcept;

  /// Returns why an item was not put: errc::cas_mismatch, errc::superseded; empty when nobody objected.
  std::error_code objection() const noexcept { return objection_; }

  bool found_item() const noexcept { return best_.has_value(); }

  /// Returns how many items and records were not what they should be.
  std::size_t bad_results() const noexcept { return bad_results_; }

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
  krpc::query storing_query(const endpoint& where) const;
  bool objects_to_put();
  void take_item(const endpoint& from, const krpc::response& response);
  void take_records(const endpoint& from, const krpc::response& response);
  bool stores() const noexcept { return goal_.what == kind::announce || goal_.what == kind::put_item; }

  goal goal_;
  settings settings_;
  time_point asked_;
  dht::lookup lookup_;
  std::set<endpoint> peers_;
  std::vector<endpoint> new_peers_;
  std::unordered_map<endpoint, bytes> tokens_;

  // Items and records (search_items.cpp).
  std::optional<item> best_;
  bool best_is_new_ = false;
  std::set<endpoint> holders_;
  std::map<bytes, peer_record> records_; // verified ones, by what was signed
  std::vector<met_record> new_records_;
  std::size_t bad_results_ = 0;
  std::error_code objection_;

  // The second half of an announce or a put.
  bool announcing_ = false;
  std::vector<endpoint> to_tell_;
  std::size_t announcements_ = 0;
  std::size_t unconfirmed_ = 0;
  std::vector<endpoint> announced_to_;
};

} // namespace warren::dht
