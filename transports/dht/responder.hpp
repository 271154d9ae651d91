#pragma once

#include "messages/krpc.hpp"
#include "messages/random_source.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/counters.hpp"
#include "transports/dht/item_store.hpp"
#include "transports/dht/peer_store.hpp"
#include "transports/dht/rate_limiter.hpp"
#include "transports/dht/record_store.hpp"
#include "transports/dht/rendezvous.hpp"
#include "transports/dht/routing_table.hpp"
#include "transports/dht/token_store.hpp"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace warren::dht {

// How many peers go into one response, so that with two families of nodes it stays below 1200 octets and is never
// fragmented on the way.
inline constexpr std::size_t max_values_v4 = 50;
inline constexpr std::size_t max_values_v6 = 20;
/// Peer records of one response. Each has 110 to 200 octets.
inline constexpr std::size_t max_reply_records = 3;

/// The answering side of a node: who may ask, what they get, and what announcements are stored.
class responder {
public:
  /// `random` must outlive this.
  responder(const config& settings, random_source& random, time_point now);

  /// What a peer asks to be passed on to another one.
  struct forward {
    endpoint to;
    info_hash topic;
    endpoint from;
    bytes payload;
  };

  /// Who may ask how much, and how much they may be sent.
  rate_limiter& rates() noexcept { return rates_; }

  /// Returns the answer to `query`, or the error to send instead. Its views are valid until the next call.
  std::variant<krpc::response, krpc::error> answer(
      time_point now, const endpoint& from, const krpc::query& query, const routing_table& table,
      counters& count);

  /// Returns stored peers of `topic`.
  std::vector<endpoint> peers(time_point now, const info_hash& topic, std::size_t most) const {
    return peers_.get(now, topic, most, random_);
  }

  /// Returns the stored item under `target`, valid until the next call.
  const item* stored_item(time_point now, const node_id& target) const { return items_.get(now, target); }

  /// Returns stored records of `topic`, valid until the next call.
  std::vector<const record_store::entry*> records(time_point now, const info_hash& topic, std::size_t most) const {
    return records_.get(now, topic, most, random_);
  }

  /// Returns the stored record of `peer`, valid until the next call.
  const record_store::entry* record_of(time_point now, const info_hash& topic, const peer_id& peer) const {
    return records_.find(now, topic, peer);
  }

  /// Returns what the last query asked to be forwarded, once.
  std::optional<forward> take_forward() { return std::exchange(forward_, std::nullopt); }

  /// Sets the nodes of the other family that are told to those who want them (BEP 32). The first `max_other_nodes` count.
  void set_other_family(std::vector<node_info> nodes);

  void expire(time_point now);

  const peer_store& store() const noexcept { return peers_; }

  const item_store& items() const noexcept { return items_; }

private:
  using answer_type = std::variant<krpc::response, krpc::error>;

  static constexpr std::size_t max_other_nodes = 256;

  void add_nodes(
      time_point now, const krpc::query& query, const routing_table& table, krpc::response& out) const;
  std::vector<node_info> closest_of_other_family(const node_id& target) const;
  bool proves_address(
      time_point now, const endpoint& from, const info_hash& under, byte_view token, counters& count);
  answer_type store_announcement(
      time_point now, const endpoint& from, const krpc::query& query, krpc::response out, counters& count);
  void store_record(
      time_point now, const endpoint& from, const endpoint& where, const krpc::query& query, counters& count);
  void add_item(time_point now, const krpc::query& query, krpc::response& out) const;
  answer_type store_item(
      time_point now, const endpoint& from, const krpc::query& query, krpc::response out, counters& count);
  answer_type accept_forward(
      time_point now, const endpoint& from, const krpc::query& query, krpc::response out, counters& count);

  address_family family_;
  random_source& random_;
  rate_limiter rates_;
  token_store tokens_;
  token_store::token token_{}; // what the last response borrows
  peer_store peers_;
  item_store items_;
  record_store records_;
  forwarding_limiter forwarding_;
  std::optional<forward> forward_;
  std::vector<node_info> other_family_;
};

} // namespace warren::dht
