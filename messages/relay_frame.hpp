#pragma once

#include "messages/blinded_topic.hpp"
#include "messages/bytes.hpp"
#include "messages/peer_id.hpp"
#include "messages/result.hpp"
#include "messages/secret_bytes.hpp"

#include <string>
#include <variant>

/// The relay protocol (WIRE.md, "Relay"): one binary WebSocket message is one frame, one type octet and then its fields,
/// integers in network byte order. The whole flow:
///
///   relay -> guest  challenge                      on connecting
///   guest -> relay  auth                           proves the guest's key
///   relay -> guest  welcome | error                limits, or why not; error is always the relay's last frame
///   guest -> relay  join | leave                   of a blinded topic
///   relay -> guest  members ... presence ...       who is there (pages), then who comes and goes
///   guest -> guest  open, data*, credit*, reset    a circuit, routed by peer, only among guests that share a topic
///   guest -> guest  signal                         one datagram without a circuit, may be dropped
///   relay -> guest  unreachable                    a frame of this circuit could not be delivered
///   relay -> guest  gone                           this peer's link to the relay ended: so did its circuits
///   both ways       ping, pong
///
/// In guest-to-guest frames `peer` is the destination on the way to the relay and the source on the way from it.
namespace warren::relay {

inline constexpr std::uint8_t protocol_version = 1;

/// Largest `data` payload: one sealed 64 KiB session record and its framing.
inline constexpr std::size_t largest_payload = 65'536 + 256;

/// Octets of a `data` frame before its payload: type, peer, circuit.
inline constexpr std::size_t data_header = 1 + peer_id::size + 8;

/// No frame is larger.
inline constexpr std::size_t largest_frame = data_header + largest_payload;

/// Largest `signal` payload.
inline constexpr std::size_t largest_signal = 1'200;

inline constexpr std::size_t largest_token = 255;
inline constexpr std::size_t largest_host = 255;
inline constexpr std::size_t largest_text = 255;

/// Most ids in one `members` page.
inline constexpr std::size_t members_per_page = 1'024;

/// Octets a circuit's receiver takes before it has granted any credit.
inline constexpr std::uint32_t initial_window = 262'144;

using signature = std::array<std::byte, 64>;
using nonce = std::array<std::byte, 32>;

enum class frame_type : std::uint8_t {
  challenge = 0x01,
  auth = 0x02,
  welcome = 0x03,
  error = 0x04,
  join = 0x05,
  leave = 0x06,
  members = 0x07,
  presence = 0x08,
  open = 0x09,
  data = 0x0a,
  credit = 0x0b,
  reset = 0x0c,
  unreachable = 0x0d,
  gone = 0x0e,
  signal = 0x0f,
  ping = 0x10,
  pong = 0x11,
};

/// Why a relay ends a guest's link (`error` frame).
enum class refusal : std::uint8_t {
  bad_frame = 1,         ///< malformed, or not allowed now
  unsupported = 2,       ///< protocol version
  bad_signature = 3,     ///< the challenge was not signed by the claimed key, or for another host
  bad_token = 4,         ///< access token missing or wrong
  full = 5,              ///< no room for another guest
  too_many_from_ip = 6,  ///< no room for another guest from this address
  too_many_topics = 7,   ///< joined more topics than the limit told in `welcome`
  handshake_timeout = 8, ///< did not authenticate in time
  replaced = 9,          ///< the same peer connected again
  slow_reader = 10,      ///< did not read for too long
  silent = 11,           ///< did not answer heartbeats
  shutting_down = 12,    ///< the relay stops
};

/// Why a circuit ended (`reset` frame).
enum class circuit_reason : std::uint8_t {
  closed = 1,      ///< the other side closed it
  unknown = 2,     ///< the receiver has no such circuit (any more)
  refused = 3,     ///< the receiver takes no more circuits
  overflow = 4,    ///< the sender exceeded its credit
  unreachable = 5, ///< the relay could not deliver: peer not there, or no topic shared
  peer_gone = 6,   ///< the peer's link to the relay ended
  link_lost = 7,   ///< our own link to the relay ended (local, never sent)
};

struct challenge {
  std::uint8_t version = protocol_version;
  nonce random{};
  std::uint64_t time_ms = 0; ///< relay's wall clock, milliseconds since the Unix epoch; 0 when not told
  friend bool operator==(const challenge&, const challenge&) = default;
};

struct auth {
  std::uint8_t version = protocol_version;
  peer_id peer;
  signature proof{};  ///< over auth_message()
  std::string host;   ///< "host:port" the guest dialled
  secret_bytes token; ///< empty when the guest has none
  friend bool operator==(const auth&, const auth&) = default;
};

/// What a guest may do. Enforced by reading slower, never by cutting.
struct limits {
  std::uint32_t rate = 0;   ///< octets per second read from the guest in the long run; 0 = unlimited
  std::uint32_t queue = 0;  ///< octets of the guest that wait at the relay before it stops reading from it
  std::uint16_t topics = 0; ///< topics joined at once
  std::uint32_t heartbeat_ms = 0; ///< a side silent for three of these is taken for dead
  friend bool operator==(const limits&, const limits&) = default;
};

struct welcome {
  limits limit;
  friend bool operator==(const welcome&, const welcome&) = default;
};

struct error {
  refusal code = refusal::bad_frame;
  std::string text; ///< for people; at most largest_text octets
  friend bool operator==(const error&, const error&) = default;
};

struct join {
  blinded_topic topic;
  friend bool operator==(const join&, const join&) = default;
};

struct leave {
  blinded_topic topic;
  friend bool operator==(const leave&, const leave&) = default;
};

struct members {
  blinded_topic topic;
  bool last = true; ///< the list is complete with this page
  std::vector<peer_id> peers;
  friend bool operator==(const members&, const members&) = default;
};

struct presence {
  blinded_topic topic;
  peer_id peer;
  bool joined = false;
  friend bool operator==(const presence&, const presence&) = default;
};

/// The dialler picks a random circuit id; both sides may send initial_window octets of data at once.
struct open {
  peer_id peer;
  std::uint64_t circuit = 0;
  friend bool operator==(const open&, const open&) = default;
};

/// Decoded without copying: `payload` points into the frame.
struct data {
  peer_id peer;
  std::uint64_t circuit = 0;
  byte_view payload; ///< 1 to largest_payload octets
};

/// The receiver consumed this many octets: the sender may send as many more.
struct credit {
  peer_id peer;
  std::uint64_t circuit = 0;
  std::uint32_t octets = 0;
  friend bool operator==(const credit&, const credit&) = default;
};

struct reset {
  peer_id peer;
  std::uint64_t circuit = 0;
  circuit_reason reason = circuit_reason::closed;
  friend bool operator==(const reset&, const reset&) = default;
};

struct unreachable {
  peer_id peer;
  std::uint64_t circuit = 0;
  friend bool operator==(const unreachable&, const unreachable&) = default;
};

struct gone {
  peer_id peer;
  friend bool operator==(const gone&, const gone&) = default;
};

/// Decoded without copying: `payload` points into the frame.
struct signal {
  peer_id peer;
  byte_view payload; ///< 1 to largest_signal octets
};

struct ping {
  std::uint64_t id = 0;
  friend bool operator==(const ping&, const ping&) = default;
};

struct pong {
  std::uint64_t id = 0; ///< of the ping
  friend bool operator==(const pong&, const pong&) = default;
};

using frame = std::variant<
    challenge, auth, welcome, error, join, leave, members, presence, open, data, credit, reset, unreachable,
    gone, signal, ping, pong>;

/// Why a frame was refused.
enum class frame_errc {
  empty = 1,       ///< no octets
  oversized,       ///< larger than largest_frame, or a field larger than its limit
  unknown_type,    ///< type octet not of this version
  truncated,       ///< ends inside a field
  trailing_octets, ///< goes on after the last field
  bad_value,       ///< a field holds a value that its type does not have
};

const std::error_category& frame_category() noexcept;

inline std::error_code make_error_code(frame_errc code) noexcept {
  return {static_cast<int>(code), frame_category()};
}

/// Returns the frame in `message`; views in it are valid as long as `message`.
result<frame> decode(byte_view message);

/// Returns `value` as one WebSocket message. Fields longer than their limits are our own bug (asserted).
bytes encode(const frame& value);

/// Overwrites the `peer` of the encoded guest-to-guest frame in `message`: what a relay does before it passes it on.
void readdress(std::span<std::byte> message, const peer_id& peer);

/// Returns what a guest signs: the domain "warren relay auth 1", the challenge, the guest's key and the "host:port" it
/// dialled. The host keeps a hostile relay from passing another relay's challenge on.
bytes auth_message(const nonce& random, const peer_id& guest, std::string_view host);

} // namespace warren::relay

template <>
struct std::is_error_code_enum<warren::relay::frame_errc> : std::true_type {};
