#pragma once

#include "messages/random_source.hpp"
#include "messages/transmit.hpp"
#include "transports/dht/bootstrap.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/counters.hpp"
#include "transports/dht/event.hpp"
#include "transports/dht/external_votes.hpp"
#include "transports/dht/fifo.hpp"
#include "transports/dht/renewals.hpp"
#include "transports/dht/responder.hpp"
#include "transports/dht/routing_table.hpp"
#include "transports/dht/rpc.hpp"
#include "transports/dht/saved_table.hpp"
#include "transports/dht/search.hpp"
#include "transports/dht/warm_set.hpp"

#include <map>
#include <optional>

namespace warren::dht {

/// A Mainline DHT node of one address family (BEP 5, 32, 42, 43, 44): a machine of five calls and a few commands.
/// After any call but the polls, poll again: transmits and events until empty, then the timeout.
class node {
public:
  /// Numbers for status pages.
  struct status {
    node_id id;
    std::size_t nodes = 0;
    std::size_t good_nodes = 0;
    std::size_t buckets = 0;
    std::size_t lookups = 0;
    std::size_t topics_stored = 0;
    std::size_t peers_stored = 0;
    std::size_t items_stored = 0;
    /// The endpoint that most others see, once enough agree.
    std::optional<endpoint> external;
    /// What the NAT before us does, if there is one.
    nat_mapping mapping;
    /// A bootstrap is under way or waiting to be repeated.
    bool bootstrapping = false;
  };

  /// `random` must outlive the node.
  node(config settings, random_source& random, time_point now);

  // -- the five calls -------------------------------------------------------------------------------------------------

  /// Takes a datagram that begins with 'd'.
  void handle_packet(time_point now, const endpoint& from, byte_view datagram);

  /// Does what is due; before the deadline a no-op.
  void handle_timeout(time_point now);

  /// Returns the next datagram to send, until empty.
  std::optional<transmit> poll_transmit();

  /// Returns what happened, in order, until empty.
  std::optional<event> poll_event();

  /// Returns when handle_timeout must be called.
  std::optional<time_point> poll_timeout() const;

  // -- commands -------------------------------------------------------------------------------------------------------

  /// Looks for the own neighbourhood through bootstrap and saved nodes, again and again while the table stays empty.
  /// Emits bootstrapped.
  void bootstrap(time_point now);

  /// Looks for peers of `topic`. Emits peers_found as they come and lookup_done.
  lookup_id get_peers(time_point now, const info_hash& topic);

  /// Looks for the nodes closest to `topic` and tells them that a peer of it listens on `port` of this host, or with
  /// `implied_port` on the UDP port that they see. Also emits the peers it meets. Others forget after about half an
  /// hour: repeat it every quarter. `record` is the own record for `topic` (sign_peer_record), empty for none; Warren
  /// nodes give it to others and forward to us.
  lookup_id announce(
      time_point now, const info_hash& topic, std::uint16_t port, bool implied_port, byte_view record = {});

  /// Stops announcing `topic`: announces under way end without further events, and nothing is kept warm for it. What
  /// others store expires by itself. Returns the announces that were ended.
  std::vector<lookup_id> forget(const info_hash& topic);

  /// Looks for the immutable item of this name (BEP 44). Emits item_found and lookup_done.
  lookup_id get_item(time_point now, const node_id& target);

  /// Looks for the mutable item of `key` under `salt`, newer than `newer_than` if given. Emits item_found, again for
  /// each newer version, and lookup_done when all of the closest nodes have been asked.
  lookup_id get_item(
      time_point now, const peer_id& key, byte_view salt = {}, std::optional<std::int64_t> newer_than = {});

  /// Puts an item at the nodes closest to its name, after a look at what is there; emits item_found for that. With
  /// `cas` only where the stored item has that sequence number. Others forget after two hours: once somebody has stored
  /// it, it is put again every config::renew_items until cancel(), until another one is put under its name here, or until
  /// somebody else's is found in its place, which item_found tells.
  lookup_id put_item(time_point now, const item& what, std::optional<std::int64_t> cas = {});

  /// Asks nodes that gave the record of `peer` in a lookup of the last five minutes to forward `payload` to it, at most
  /// krpc::max_rendezvous_payload octets; it should be sealed to the peer's key. Emits rendezvous_sent.
  lookup_id rendezvous(time_point now, const info_hash& topic, const peer_id& peer, byte_view payload);

  /// Ends a lookup without further events; ends the keeping warm of a finished announce and the renewing of an item.
  /// Unknown ids are ignored.
  void cancel(lookup_id lookup);

  /// Gives a bootstrap node besides those of the config, for example one that a peer told of.
  void add_bootstrap(time_point now, const endpoint& where);

  /// Sets the nodes of the other family that this node tells those who ask for them (BEP 32), for the host that runs
  /// both.
  void set_other_family(std::vector<node_info> nodes);

  /// Tells where this node's socket is as its own host sees it, one endpoint for each address that it is bound to: an
  /// external endpoint that is one of them is no NAT's.
  void set_own_endpoints(std::vector<endpoint> own) { own_endpoints_ = std::move(own); }

  /// Returns who saw us where of late, oldest first.
  const std::vector<observation>& observations() const noexcept { return votes_.observations(); }

  /// Returns what to keep for the next run.
  saved_table save() const;

  status stats() const;

  dht::counters counters() const;

  const node_id& id() const noexcept { return table_.own_id(); }

private:
  struct waiting_lookup {
    time_point asked;
    time_point until;
    search::goal goal;
  };

  // Inbound (node.cpp).
  void on_query(time_point now, const endpoint& from, const krpc::message& message, const krpc::query& query);
  void on_bad_query(
      time_point now, const endpoint& from, const krpc::message& message, const krpc::bad_query& query);
  void on_response(
      time_point now, const endpoint& from, const krpc::message& message, krpc::response& response);
  void on_error(time_point now, const endpoint& from, const krpc::message& message);
  void on_silence(time_point now, const rpc::outcome& overdue);
  void on_rendezvous(
      time_point now, const endpoint& from, const krpc::message& message, const krpc::query& query);
  bool admit_query(time_point now, const endpoint& from, std::size_t size, const krpc::query* query);
  bool may_contact(const endpoint& where) const;
  void drop_unacceptable(const endpoint& from, krpc::response& response);
  void learn_external(time_point now, const endpoint& from, const krpc::message& message);
  void verify(time_point now, const node_info& asker);
  void reply(time_point now, const endpoint& to, krpc::message message);
  void ping(time_point now, const endpoint& to);

  // Lookups (node_lookups.cpp).
  lookup_id start(time_point now, const search::goal& goal);
  void run(time_point now, lookup_id lookup, const search::goal& goal, time_point asked);
  search make_search(time_point now, const search::goal& goal, time_point asked) const;
  void advance(time_point now);
  void ask_next(time_point now, lookup_id lookup, search& running);
  void finish(time_point now, lookup_id lookup, const search& ended);
  void emit_results(time_point now, lookup_id lookup, search& running);
  void release_waiting(time_point now);
  std::size_t user_lookups() const;

  // Items, records and rendezvous (node_items.cpp).
  lookup_id refuse(std::error_code why);
  void add_own_results(time_point now, lookup_id lookup, search& running);
  void emit_records(time_point now, lookup_id lookup, search& running);
  bool forward(time_point now, const responder::forward& what);
  void on_forwarding_answer(lookup_id call, bool forwarded);
  void keep_item(time_point now, lookup_id put, const item& what);
  void renew_items(time_point now);
  void emit_newer(lookup_id put, const item& found);
  void on_renewed(time_point now, lookup_id put, const search& ended);

  // Upkeep (node_upkeep.cpp).
  void start_bootstrap(time_point now);
  void on_bootstrap_ended(time_point now);
  void refresh(time_point now);
  void upkeep(time_point now);
  bool settle_id(time_point now);
  std::size_t usable_nodes(time_point now) const { return table_.count(now, node_state::questionable); }

  config config_;
  random_source& random_;
  dht::counters counters_;
  routing_table table_;
  rpc rpc_;
  responder responder_;
  external_votes votes_;
  std::vector<endpoint> own_endpoints_;
  bootstrap_schedule bootstrap_;
  warm_set warm_;
  rendezvous_book book_;
  std::map<lookup_id, std::size_t>
      rendezvous_;                      // calls under way, with the answers still due; bounded by rpc_limits
  std::map<lookup_id, item> own_items_; // by the put; at most config::max_own_items
  renewals<lookup_id> item_renewals_;
  std::map<lookup_id, lookup_id> renewing_; // running searches that put an item again, with its first put
  std::map<lookup_id, search> searches_;
  std::map<lookup_id, waiting_lookup> waiting_;
  fifo<transmit> outbox_;
  fifo<event> events_;
  std::optional<time_point> id_moved_;
  std::uint64_t next_lookup_ = 1;
  time_point now_; // of the last call, for save() and stats()
  time_point next_upkeep_;
};

} // namespace warren::dht
