#pragma once

// What is said to a DHT node's actor (actors/routing_table.hpp).

#include "messages/act.hpp"
#include "messages/endpoint.hpp"
#include "messages/peer_id.hpp"
#include "messages/pipes.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace warren {

/// Finds the peers of `info_hash` (BEP 5). `listener` gets dht_peers as they are found; the reply comes when the lookup is
/// over, or fails with errc::network_failed when there was nobody to ask and nothing was found. With `announce` our own UDP
/// port is announced to the closest nodes at the end (implied_port = 1), or `port` when it is not 0; that is repeated every
/// quarter of an hour until dht_forget.
struct dht_lookup {
  std::array<std::byte, 20> info_hash{};
  caf::actor listener;
  bool announce = false;
  std::uint16_t port = 0;
};

/// `id` as a record signed by that peer says; that it is at `where` is only what a DHT node says, until the peer proves
/// its key there.
struct found_peer {
  endpoint where;
  std::optional<peer_id> id{};
};

/// routing_table or local_discovery -> listener. In one lookup each endpoint comes once, and once more when its id becomes
/// known later.
struct dht_peers {
  std::array<std::byte, 20> info_hash{};
  std::vector<found_peer> peers;
};

struct dht_summary {
  std::uint64_t peers = 0;     // distinct ones found
  std::uint64_t queries = 0;   // sent
  std::uint64_t hops = 0;      // longest chain of referrals
  std::uint64_t announced = 0; // nodes that took the announcement
};

/// One DHT node at `observer` has lately seen us at `seen`.
struct dht_observation {
  endpoint observer;
  endpoint seen;
};

/// `state` is the saved table (dht::saved_table) that a later start can be given. `nat` is how the NAT before us maps our
/// port as `observations` show it: "unknown", "open", "consistent" or "random"; `mapping` the same in RFC 4787's words.
struct dht_status {
  std::array<std::byte, 20> node_id{};
  std::uint64_t nodes = 0;
  std::string external; // "ip:port" or empty
  std::string nat = "unknown";
  std::string mapping;
  std::vector<dht_observation> observations;
  chunk state;
  std::map<std::string, std::uint64_t> counters;
};

/// Anyone -> routing_table: our announcement of `info_hash` is not kept alive any more. The nodes that have it forget it by
/// themselves (BEP 5 knows no withdrawal); a lookup that is still to announce it fails with errc::closed_locally.
struct dht_forget {
  std::array<std::byte, 20> info_hash{};
};

/// Anyone -> local_discovery: announce `info_hash` in the local network and listen for it, or no longer.
struct discover_locally {
  std::array<std::byte, 20> info_hash{};
  bool wanted = false;
};

/// Anyone -> routing_table: answered once bootstrapping is over, with the number of nodes known (0: nobody answered).
struct dht_bootstrap {};

using dht_actor = act::typed_actor<
    caf::result<dht_summary>(dht_lookup), caf::result<dht_status>(get_status), caf::result<void>(dht_forget),
    caf::result<std::uint64_t>(dht_bootstrap), caf::result<void>(packets_arrived),
    caf::result<void>(deadline_reached)>;

} // namespace warren
