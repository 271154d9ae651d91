#pragma once

#include "messages/endpoint.hpp"
#include "messages/time.hpp"
#include "transports/dht/item.hpp"
#include "transports/dht/peer_record.hpp"

#include <compare>
#include <cstdint>
#include <system_error>
#include <variant>
#include <vector>

namespace warren::dht {

/// Names one get_peers, announce, get_item, put_item or rendezvous call of a node; never used twice.
struct lookup_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const lookup_id&, const lookup_id&) = default;
};

/// New peers of a running lookup: each endpoint once per lookup, and only ones that the family and the answering node's
/// scope allow (see address_policy.hpp).
struct peers_found {
  lookup_id lookup{};
  std::vector<endpoint> peers{};
};

/// The last event of a lookup, unless it was cancelled.
struct lookup_done {
  lookup_id lookup{};
  std::size_t peers = 0;
  /// Queries asked: repetitions of a lost one are not counted again.
  std::size_t queries = 0;
  /// Steps from a node known at the start to the farthest of the closest nodes.
  std::size_t hops = 0;
  duration took{};
  /// Nodes that confirmed the announcement or stored the item; 0 for get_peers and get_item.
  std::size_t announced_to = 0;
  /// Empty, or why nobody was asked: errc::no_nodes, errc::too_many_lookups, errc::bad_value, bad_salt, bad_signature;
  /// or why some would not store an item: errc::cas_mismatch, errc::superseded.
  std::error_code why{};
};

/// Records of Warren peers, each with the endpoint that the peer announced, before the peers_found of the same answer. A
/// peer comes again when a newer record is found.
struct records_found {
  struct entry {
    peer_record record;
    endpoint where;
  };

  lookup_id lookup{};
  std::vector<entry> records{};
};

/// An item that get_item or put_item has come across, verified. A mutable one comes again when a newer version is
/// found; the last one before lookup_done is the newest.
struct item_found {
  lookup_id lookup{};
  item what{};
};

/// Another peer of `topic`, which we announced, sends this through `via`, a node that stores the announcement. Who it
/// really is, the payload must tell. The same payload may come several times, through several nodes.
struct rendezvous_received {
  info_hash topic{};
  /// The other peer, as `via` sees it.
  endpoint from{};
  endpoint via{};
  bytes payload{};
};

/// A rendezvous call has ended: somebody has forwarded the payload (`why` is empty), or nobody
/// (errc::no_rendezvous, errc::not_forwarded). Forwarded does not mean received.
struct rendezvous_sent {
  lookup_id lookup{};
  std::error_code why{};
};

/// A bootstrap has ended with nodes in the table, or with none because there is nobody to ask (then this node is the
/// network). Attempts that reach nobody are repeated instead.
struct bootstrapped {
  std::size_t nodes = 0;
};

/// The public endpoint on which most other nodes agree has become known or has changed (BEP 42).
struct external_address {
  endpoint where;
};

using event = std::variant<
    peers_found, records_found, item_found, lookup_done, bootstrapped, external_address, rendezvous_received,
    rendezvous_sent>;

} // namespace warren::dht
