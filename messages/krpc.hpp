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

/// BEP 5, Errors.
enum class error_code : std::int64_t { generic = 201, server = 202, protocol = 203, method_unknown = 204 };

enum class method : std::uint8_t { ping, find_node, get_peers, announce_peer };

/// Asks a node for something. `target` is the info-hash for get_peers and announce_peer; unused for ping.
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
};

/// Answers a query.
struct response {
  dht::node_id id;
  std::vector<dht::node_info> nodes;
  std::vector<dht::node_info> nodes6;
  std::vector<endpoint> values;
  /// Empty = none.
  byte_view token;
};

/// Refuses a query.
struct error {
  std::int64_t code = 0;
  byte_view text;
};

/// A query that must be answered with an error: unknown method (204) or wrong arguments (203). Only decoded, never sent.
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
