#pragma once

#include "messages/krpc.hpp"
#include "messages/random_source.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/counters.hpp"
#include "transports/dht/peer_store.hpp"
#include "transports/dht/rate_limiter.hpp"
#include "transports/dht/routing_table.hpp"
#include "transports/dht/token_store.hpp"

#include <variant>
#include <vector>

namespace warren::dht {

// How many peers go into one response, so that with two families of nodes it stays below 1200 octets and is never
// fragmented on the way.
inline constexpr std::size_t max_values_v4 = 50;
inline constexpr std::size_t max_values_v6 = 20;

/// The answering side of a node: who may ask, what they get, and what announcements are stored.
class responder {
public:
  /// `random` must outlive this.
  responder(const config& settings, random_source& random, time_point now);

  /// Returns whether a query from `source` is within its rate.
  bool admit(time_point now, const endpoint& source) { return rates_.admit(now, source); }

  /// Returns whether a reply of `size` octets is within the rate of all replies.
  bool admit_reply(time_point now, std::size_t size) { return rates_.admit_reply(now, size); }

  /// Returns the answer to `query`, or the error to send instead. Its views are valid until the next call.
  std::variant<krpc::response, krpc::error> answer(
      time_point now, const endpoint& from, const krpc::query& query, const routing_table& table,
      counters& count);

  /// Returns stored peers of `topic`.
  std::vector<endpoint> peers(time_point now, const info_hash& topic, std::size_t most) const {
    return peers_.get(now, topic, most, random_);
  }

  /// Sets the nodes of the other family that are told to those who want them (BEP 32). The first `max_other_nodes` count.
  void set_other_family(std::vector<node_info> nodes);

  void expire(time_point now) { peers_.expire(now); }

  const peer_store& store() const noexcept { return peers_; }

private:
  static constexpr std::size_t max_other_nodes = 256;

  void add_nodes(
      time_point now, const krpc::query& query, const routing_table& table, krpc::response& out) const;
  std::vector<node_info> closest_of_other_family(const node_id& target) const;
  std::variant<krpc::response, krpc::error> store_announcement(
      time_point now, const endpoint& from, const krpc::query& query, krpc::response out, counters& count);

  address_family family_;
  random_source& random_;
  rate_limiter rates_;
  token_store tokens_;
  token_store::token token_{}; // what the last response borrows
  peer_store peers_;
  std::vector<node_info> other_family_;
};

} // namespace warren::dht
