#pragma once

#include "messages/endpoint.hpp"
#include "messages/node_id.hpp"
#include "messages/time.hpp"
#include "transports/dht/block_list.hpp"

#include <optional>
#include <vector>

namespace warren::dht {

// Kademlia's and BEP 5's own constants.

/// BEP 5: "Each bucket can only hold K nodes, currently eight".
inline constexpr std::size_t k = 8;
/// BEP 5: a node is good when it answered, or having ever answered asked, within the last 15 minutes.
inline constexpr duration good_for = std::chrono::minutes{15};
/// BEP 5: "Buckets that have not been changed in 15 minutes should be refreshed".
inline constexpr duration refresh_after = std::chrono::minutes{15};
/// BEP 5: tokens are accepted up to ten minutes old; the secret changes every five.
inline constexpr duration token_rotation = std::chrono::minutes{5};

// Our own.

/// Queries of one lookup under way at once (Kademlia's alpha; the paper takes 3).
inline constexpr std::size_t alpha = 4;

/// How node ids that do not follow from the node's address (BEP 42) are treated. Addresses that BEP 42 exempts
/// (loopback, private) always count as verified.
enum class id_enforcement : std::uint8_t {
  /// Not looked at.
  off,
  /// Verified nodes replace others in full buckets.
  prefer,
  /// Others enter no bucket and are given no announcement.
  require,
};

/// Bounds of what others can make this node store. At each bound the stated thing happens and is counted.
struct peer_store_limits {
  /// An announcement lasts this long unless repeated.
  duration lifetime = std::chrono::minutes{30};
  /// When exceeded, a topic goes whose announcers have the most announcements here; of several the smallest.
  std::size_t topics = 2000;
  /// When exceeded, of the source with the most announcements of the topic the one that expires first goes.
  std::size_t peers_per_topic = 500;
  /// Announcements of one source in the whole store; more are refused. 0 = no limit. A source is an IPv4 address or an
  /// IPv6 /64.
  std::size_t peers_per_address = 256;
  /// Announcements of one source for one topic; when exceeded, the one that expires first goes. Not where addresses may
  /// be shared (may_share).
  std::size_t ports_per_topic = 8;
};

/// Bounds of the items (BEP 44) that others can make this node store.
struct item_store_limits {
  /// BEP 44: "Without re-announcement, these items MAY expire in 2 hours."
  duration lifetime = std::chrono::hours{2};
  /// When exceeded, the item farthest from the own id goes; one that is farther than all is refused.
  std::size_t items = 1000;
  /// Items of one IPv4 address or IPv6 /64; more are refused. 0 = no limit.
  std::size_t items_per_address = 64;
};

/// Bounds of the peer records (peer_record.hpp) that others can make this node store; at each bound more are refused.
struct record_limits {
  /// As long as an announcement.
  duration lifetime = std::chrono::minutes{30};
  std::size_t records = 1000;
  std::size_t records_per_topic = 100;
  /// Of one IPv4 address or IPv6 /64.
  std::size_t records_per_address = 32;
};

/// What this node forwards between peers (rdv). More is refused.
struct rendezvous_limits {
  double per_second = 1;
  double burst_of_source = 10;
  double burst_towards_target = 20;
  /// Sources (IPv4 addresses and IPv6 /64s), and targets, remembered.
  std::size_t remembered = 512;
};

/// What is sent to an address that has not proved that it gets it (see rate_limiter): the octets of its replies are at
/// most so many times the octets of its queries, beyond rate_limits::unproved_bytes. A find_node reply of eight nodes
/// is three times its query.
inline constexpr std::size_t amplification_ratio = 4;
/// Octets of a ping that this node sends.
inline constexpr std::size_t ping_size = 67;
/// In so long the unproved_bytes come back.
inline constexpr duration unproved_window = std::chrono::minutes{10};
/// A proof of address lasts so long.
inline constexpr duration proved_for = std::chrono::minutes{5};
/// No reply is larger, so that none is fragmented on the way.
inline constexpr std::size_t max_reply_size = 1400;

/// A token bucket per source (see rate_limiter) and one for all replies together.
struct rate_limits {
  double queries_per_second = 20;
  double query_burst = 60;
  /// Sources remembered; when there are more, newcomers share one bucket.
  std::size_t sources = 4096;
  /// Of that bucket. Large: what newcomers cost is bounded by amplification_ratio and by the bucket of all replies, which
  /// honest newcomers share with a flood under forged addresses while it lasts.
  double newcomer_queries_per_second = 5000;
  double newcomer_burst = 10'000;
  double reply_bytes_per_second = 128 * 1024;
  double reply_burst_bytes = 512 * 1024;
  /// Octets that an unproved address gets at first whatever it sent: two of the largest replies.
  double unproved_bytes = 3000;
};

struct rpc_limits {
  /// Queries under way at once; more wait.
  std::size_t in_flight = 128;
  /// Times a query is sent: a lost datagram is not a dead node.
  unsigned attempts = 2;
  /// Wait for a node whose round-trip time nobody has measured.
  duration initial_timeout = std::chrono::milliseconds{1000};
  duration min_timeout = std::chrono::milliseconds{200};
  duration max_timeout = std::chrono::seconds{4};
  /// Nodes whose round-trip time is remembered; the one unused for longest is forgotten first.
  std::size_t remembered_nodes = 256;
};

/// What a dht::node is made with.
struct config {
  /// The family of this node's socket; a dual-stack host runs one node per family (BEP 32).
  address_family family = address_family::ipv4;

  /// The own id. Without it: the saved one if it suits the external address, otherwise derived from `external_hint`
  /// (BEP 42), otherwise random until an external address is known. A given id is never changed.
  std::optional<node_id> id{};

  /// The own public address, if the operator knows it.
  std::optional<ip_address> external_hint{};

  /// Where to ask first. Empty with no saved nodes: this node is the first of its network.
  std::vector<endpoint> bootstrap{};

  /// Nodes and id of the last run (saved_table).
  std::optional<node_id> saved_id{};
  std::vector<node_info> saved_nodes{};

  /// The public endpoint of the last run: decides about the saved id like external_hint, if there is none.
  std::optional<endpoint> saved_external{};

  /// Nodes and peers in these networks are neither answered, asked, nor told of.
  std::vector<network> blocked{};

  /// BEP 43: ask, but answer nothing and enter no routing table.
  bool read_only = false;

  /// Lets many nodes share a local address (is_local), as in a laboratory. Otherwise one node per /24 (IPv6: /64) and
  /// bucket. Loopback addresses may always be shared: whoever is there is on this host; public ones never.
  bool allow_same_ip = false;

  id_enforcement enforcement = id_enforcement::prefer;

  /// Votes of distinct networks that an external address needs (with more than half of all votes).
  std::size_t external_votes = 3;

  /// While the routing table is empty, bootstrap is repeated with waits from the first doubling up to the second.
  duration bootstrap_retry_min = std::chrono::seconds{1};
  duration bootstrap_retry_max = std::chrono::minutes{1};

  /// How long a lookup waits for a bootstrap that is under way before it goes on with what there is.
  duration bootstrap_wait = std::chrono::seconds{10};

  /// Lookups at once, waiting ones included; a further one is done at once with errc::too_many_lookups.
  std::size_t max_lookups = 64;

  /// Queries of one lookup.
  std::size_t max_lookup_queries = 128;

  /// Distinct peers that one lookup hands out; the rest is dropped.
  std::size_t max_lookup_peers = 2000;

  /// The nodes that store an announcement of ours are pinged this often (DESIGN section 3), which keeps a NAT's mapping
  /// to them; 0 = never. Goes on until cancel() or peer_store_limits::lifetime.
  duration keep_warm = std::chrono::seconds{20};

  /// Items of ours are put again this often (BEP 44: "re-announce their keypair/item every hour"); 0 = never.
  duration renew_items = std::chrono::hours{1};

  /// Items of ours that are kept up; when there are more, the one put first is not put again.
  std::size_t max_own_items = 64;

  peer_store_limits peers{};
  item_store_limits items{};
  record_limits records{};
  rendezvous_limits rendezvous{};
  rate_limits rates{};
  rpc_limits rpc{};
};

} // namespace warren::dht
