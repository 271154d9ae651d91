#pragma once

// Control packets share the UDP port with KRPC and UDX; their first octet is 0x57. The layouts are in messages/WIRE.md,
// section "Control packets". These four let two hosts agree on UDX stream ids, which UDX itself leaves to others:
//
//   initiator                                   responder
//     open{id, nonce, no cookie}          --->    (keeps nothing)
//                                         <---  cookie{id, nonce, cookie}
//     open{id, nonce, cookie}             --->    allocates its stream id
//                                         <---  accept{id, nonce, responder id}   or refuse{id, nonce, reason}
//     UDX packets                         <-->  UDX packets
//
// open and accept also tell the largest IP packet that their sender takes, in octets; 0 and a packet without the field
// stand for UDX's 1500.

#include "messages/bytes.hpp"
#include "messages/result.hpp"

#include <array>
#include <cstdint>
#include <variant>

namespace warren::control {

inline constexpr std::byte magic{0x57};
inline constexpr std::uint8_t version = 1;

/// The smallest `open`; no reply is larger than it, so that a spoofed source cannot amplify.
inline constexpr std::size_t open_size = 32;

/// Chosen by the initiator at random and echoed in every reply: a reply without it is a guess.
using nonce = std::array<std::byte, 8>;

/// The responder's proof that the initiator receives at its source address. All zero stands for none.
using cookie_value = std::array<std::byte, 16>;

/// Initiator to responder, repeated until answered.
struct open {
  std::uint32_t initiator_id = 0;
  nonce token{};
  cookie_value cookie{};
  std::uint16_t largest_packet = 0;
  friend bool operator==(const open&, const open&) = default;
};

/// Responder to initiator: repeat `open` with this cookie.
struct cookie {
  std::uint32_t initiator_id = 0;
  nonce token{};
  cookie_value value{};
  friend bool operator==(const cookie&, const cookie&) = default;
};

/// Responder to initiator: the stream exists; its id at the responder is `responder_id`.
struct accept {
  std::uint32_t initiator_id = 0;
  nonce token{};
  std::uint32_t responder_id = 0;
  std::uint16_t largest_packet = 0;
  friend bool operator==(const accept&, const accept&) = default;
};

enum class refusal : std::uint8_t {
  busy = 1,          // the responder's limit on inbound streams is reached; try later
  other_version = 2, // the responder speaks another version of this protocol
};

/// Responder to initiator: there will be no stream. `version` is the responder's.
struct refuse {
  std::uint32_t initiator_id = 0;
  nonce token{};
  refusal reason = refusal::busy;
  std::uint8_t version = control::version;
  friend bool operator==(const refuse&, const refuse&) = default;
};

/// An `open` of another version. The first 16 octets of open and refuse mean the same in all versions.
struct foreign_open {
  std::uint8_t version = 0;
  std::uint32_t initiator_id = 0;
  nonce token{};
  friend bool operator==(const foreign_open&, const foreign_open&) = default;
};

using packet = std::variant<open, cookie, accept, refuse, foreign_open>;

/// Why octets are not a control packet.
enum class errc {
  not_control = 1, // the first octet is not 0x57: it belongs to another protocol on the port
  truncated,       // shorter than its type requires
  bad_version,     // another version, and not an `open`; upgrade one side
  unknown_type,    // no such packet type in this version
  malformed,       // a field has a value that its meaning excludes
};

std::error_code make_error_code(errc code) noexcept;

/// Returns the packet in `datagram`. Octets behind a known packet are ignored (padding).
result<packet> parse_packet(byte_view datagram);

bytes encode(const open& value);
bytes encode(const cookie& value);
bytes encode(const accept& value);
bytes encode(const refuse& value);

} // namespace warren::control

template <>
struct std::is_error_code_enum<warren::control::errc> : std::true_type {};
