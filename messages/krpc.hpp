#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"
#include "messages/node_id.hpp"
#include "messages/result.hpp"

#include <optional>
#include <system_error>
#include <variant>
#include <vector>

/// KRPC (BEP 5): one bencoded dictionary per datagram.
///
///   query      {"t": id, "y": "q", "q": method, "a": {arguments}, "ro": 1 (BEP 43), "v": version}
///   response   {"t": id, "y": "r", "r": {values}, "ip": who asked (BEP 42), "v": version}
///   error      {"t": id, "y": "e", "e": [code, text], "ip": who asked, "v": version}
///
///   ping           a: id                                        r: id
///   find_node      a: id, target, want (BEP 32)                 r: id, nodes, nodes6
///   get_peers      a: id, info_hash, want                       r: id, token, values, nodes, nodes6
///   announce_peer  a: id, info_hash, port, implied_port, token  r: id
///   get (BEP 44)   a: id, target, seq, want                     r: id, token, v, k, seq, sig, nodes, nodes6
///   put (BEP 44)   a: id, token, v, k, seq, sig, salt, cas      r: id
///
/// Warren's own additions, which other nodes ignore or refuse as unknown, are specified in WIRE.md: "wr" in get_peers and
/// announce_peer, and the method rdv.
namespace warren::krpc {

/// Why a datagram is no KRPC message. None of these is answered: without an intact envelope there is nothing to answer.
enum class errc {
  /// Not bencoding, or larger than max_message_size.
  not_bencoded = 1,
  /// "t" is missing, empty or longer than max_transaction_size.
  bad_transaction,
  /// "y" is missing or unknown.
  bad_type,
  /// A response without "r", without a 20-octet "id", or with a value of the wrong form.
  bad_response,
  /// An error without its list of code and text.
  bad_error,
};

const std::error_category& category() noexcept;

inline std::error_code make_error_code(errc why) noexcept {
  return {static_cast<int>(why), category()};
}

/// Larger datagrams are refused. Deployed nodes stay below the usual 1500 octets.
inline constexpr std::size_t max_message_size = 4096;
/// BEP 5: "two characters is enough"; deployed nodes use up to 8.
inline constexpr std::size_t max_transaction_size = 32;
inline constexpr std::size_t max_token_size = 128;
/// Of one response, each.
inline constexpr std::size_t max_values = 256;
inline constexpr std::size_t max_nodes = 64;

/// BEP 44: "it's not safe to assume storing more than 1000 bytes will succeed"; the encoded form counts.
inline constexpr std::size_t max_value_size = 1000;
/// BEP 44: "The salt string MUST NOT be longer than 64 bytes."
inline constexpr std::size_t max_salt_size = 64;
inline constexpr std::size_t item_key_size = 32;
inline constexpr std::size_t item_signature_size = 64;
/// Of Warren's extensions.
inline constexpr std::size_t max_record_size = 256;
inline constexpr std::size_t max_records = 8;
inline constexpr std::size_t max_rendezvous_payload = 800;

/// BEP 5 and BEP 44, Errors.
enum class error_code : std::int64_t {
  generic = 201,
  server = 202,
  protocol = 203,
  method_unknown = 204,
  value_too_big = 205,
  invalid_signature = 206,
  salt_too_big = 207,
  cas_mismatch = 301,
  sequence_too_low = 302,
};

enum class method : std::uint8_t { ping, find_node, get_peers, announce_peer, get, put, rdv };

/// BEP 44: a stored value as it stands in a message. Its parts have the right sizes; what the signature is worth is for
/// dht::item to say.
struct item {
  /// In its bencoded form; empty = none.
  byte_view value;
  /// Of a mutable item: the public key and the signature. Empty = immutable.
  byte_view key;
  byte_view signature;
  /// put only.
  byte_view salt;
  /// get: only a newer one is wanted. put and responses: that of the mutable item.
  std::optional<std::int64_t> seq;
  /// put only: the sequence number that must be replaced.
  std::optional<std::int64_t> cas;
};

/// What rdv carries (WIRE.md).
struct rendezvous {
  /// To the node that stores the announcement: whom to forward to. Empty in what it forwards.
  byte_view key;
  /// In what is forwarded: who sent it, as the forwarding node sees it.
  std::optional<endpoint> from;
  byte_view payload;
};

/// A peer's signed record and the endpoint that the peer announced (WIRE.md).
struct peer_entry {
  endpoint where;
  byte_view record;
};

/// Asks a node for something. `target` is the info-hash for get_peers, announce_peer and rdv; unused for ping and put.
struct query {
  krpc::method method = krpc::method::ping;
  dht::node_id id;
  dht::node_id target;
  /// BEP 32: which families of nodes are wanted; neither = the family that the query came by.
  bool want_ipv4 = false;
  bool want_ipv6 = false;
  /// announce_peer: where the announcer's peer listens; with implied_port the UDP source port counts instead.
  std::uint16_t port = 0;
  bool implied_port = false;
  byte_view token;
  krpc::item item{};
  /// get_peers: the asker knows what to do with peer records.
  bool want_records = false;
  /// announce_peer: the announcer's own record; empty = none.
  byte_view record{};
  krpc::rendezvous rendezvous{};
};

/// Answers a query.
struct response {
  dht::node_id id;
  std::vector<dht::node_info> nodes;
  std::vector<dht::node_info> nodes6;
  std::vector<endpoint> values;
  /// Empty = none.
  byte_view token;
  krpc::item item{};
  std::vector<peer_entry> records{};
  /// rdv: the payload went on its way.
  bool forwarded = false;
};

/// Refuses a query.
struct error {
  std::int64_t code = 0;
  byte_view text;
};

/// A query that must be answered with an error: unknown method (204) or wrong arguments (203, 205, 207). Only decoded, never sent.
struct bad_query {
  krpc::error_code code = krpc::error_code::protocol;
  std::string_view why;
};

/// One datagram. Its byte_views point into the datagram it was decoded from, or into what the sender of it owns.
struct message {
  byte_view transaction;
  std::variant<query, response, error, bad_query> body;
  /// BEP 43: the sender answers no queries and belongs in no routing table.
  bool read_only = false;
  /// BEP 42: the receiver of this response, as its sender sees it. Port 0 when it was left out, as old nodes do.
  std::optional<endpoint> ip;
  /// "v": client and version, as a rule 4 octets; empty = none.
  byte_view version;
};

/// Reads a datagram. Unknown keys are ignored; keys may be unsorted (see bencode::limits).
result<message> decode(byte_view datagram);

/// Returns `what` as a datagram. Its body must not be a bad_query.
bytes encode(const message& what);

} // namespace warren::krpc

template <>
struct std::is_error_code_enum<warren::krpc::errc> : std::true_type {};
