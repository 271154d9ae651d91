#pragma once

// What a session puts on a pipe; the layouts are in messages/WIRE.md, section "Session". A pipe carries pipe frames:
//
//   dialler                                     acceptor
//     handshake{Noise message 1}          --->
//                                         <---  handshake{Noise message 2: payload}
//     handshake{Noise message 3: payload} --->
//     record{number, sealed frames}       <-->  record{number, sealed frames}
//
// and on a later pipe of the same session:
//
//     resume_request{session, nonce, mac} --->
//                                         <---  resume_challenge{nonce, next, mac}   or refuse{}
//     resume_confirm{next, mac}           --->
//     record{number, ...}                 <-->  record{number, ...}
//
// Inside a sealed record lie frames, one after the other.

#include "messages/byte_order.hpp"
#include "messages/bytes.hpp"
#include "messages/peer_id.hpp"

#include <array>
#include <optional>
#include <variant>

namespace warren::session::wire {

// -- pipe frames ---------------------------------------------------------------------------------------------------------

enum class pipe_frame_kind : std::uint8_t {
  handshake = 1,
  resume_request = 2,
  resume_challenge = 3,
  resume_confirm = 4,
  refuse = 5,
  record = 6,
};

/// Length (u16, of kind and body) and kind.
inline constexpr std::size_t pipe_header_size = 3;
inline constexpr std::size_t max_pipe_frame = 0xffff;

/// Everything before the sealed text of a record: pipe header and number (u32). It is the record's associated data.
inline constexpr std::size_t record_header_size = pipe_header_size + 4;
inline constexpr std::size_t seal_size = 16;

/// Plaintext octets that fit one record.
inline constexpr std::size_t max_record_text = max_pipe_frame - 1 - 4 - seal_size;

/// The first handshake message is an ephemeral key and an empty payload.
inline constexpr std::size_t first_handshake_size = 32;

/// Room for any handshake message of this version (the second: two keys, two tags, the payload).
inline constexpr std::size_t max_handshake_frame = 512;

/// Starts a pipe frame with `body_size` octets of body to follow.
void put_pipe_header(bytes& out, pipe_frame_kind kind, std::size_t body_size);

using mac = std::array<std::byte, 32>;
using nonce = std::array<std::byte, 16>;

/// Dialler: this pipe wants to carry on session `session`. `proof` tells that the sender has its keys.
struct resume_request {
  std::array<std::byte, 16> session{};
  wire::nonce nonce{};
  mac proof{};
  friend bool operator==(const resume_request&, const resume_request&) = default;
};

/// Acceptor: has the keys too, and `next` is the first record it has not received.
struct resume_challenge {
  wire::nonce nonce{};
  std::uint64_t next = 0;
  mac proof{};
  friend bool operator==(const resume_challenge&, const resume_challenge&) = default;
};

/// Dialler: fresh, since it covers both nonces; `next` as above. Records follow from the acceptor's `next` on.
struct resume_confirm {
  std::uint64_t next = 0;
  mac proof{};
  friend bool operator==(const resume_confirm&, const resume_confirm&) = default;
};

void put(bytes& out, const resume_request& value);
void put(bytes& out, const resume_challenge& value);
void put(bytes& out, const resume_confirm& value);

/// These decode the body of a pipe frame; nothing when its size is wrong.
std::optional<resume_request> decode_resume_request(byte_view body);
std::optional<resume_challenge> decode_resume_challenge(byte_view body);
std::optional<resume_confirm> decode_resume_confirm(byte_view body);

// -- handshake payload ---------------------------------------------------------------------------------------------------

inline constexpr std::uint8_t version = 1;

/// In message 3 only: the initiator already has a session with the responder and has not given it up.
inline constexpr std::uint32_t holds_session_feature = 1;

/// The sender compresses and understands channel_packed. It is sent if both sides say so.
inline constexpr std::uint32_t compression_feature = 2;

/// The sender knows the reason cut_short; others are told shutting_down.
inline constexpr std::uint32_t cut_short_feature = 4;

/// In the second and third handshake message, encrypted.
struct handshake_payload {
  std::uint32_t features = 0; ///< The bits above; unknown ones are ignored.
  std::uint64_t instance = 0; ///< Drawn by each transport at its start.
  peer_id peer;
  std::array<std::byte, 64> proof{}; ///< Ed25519 over the domain, the sender's role and the handshake hash.
  friend bool operator==(const handshake_payload&, const handshake_payload&) = default;
};

inline constexpr std::size_t handshake_payload_size = 1 + 4 + 8 + 32 + 64;

void put(bytes& out, const handshake_payload& value);

/// The version in a payload of any version; nothing when it is empty.
std::optional<std::uint8_t> payload_version(byte_view payload);

/// Nothing unless it is exactly a payload of this version.
std::optional<handshake_payload> decode_handshake_payload(byte_view payload);

// -- frames in a record --------------------------------------------------------------------------------------------------

/// All records before `next` were received; the last of them `delay` microseconds before this frame was sealed.
struct ack {
  std::uint64_t next = 0;
  std::uint32_t delay = 0;
  friend bool operator==(const ack&, const ack&) = default;
};

/// To be acknowledged at once.
struct ping {
  friend bool operator==(const ping&, const ping&) = default;
};

/// The last frame of its record: the next one of this direction is sealed with the key of Noise's REKEY.
struct rekey {
  friend bool operator==(const rekey&, const rekey&) = default;
};

/// From the arbiter, once: the connection stays.
struct admit {
  friend bool operator==(const admit&, const admit&) = default;
};

/// The sender goes on over the pipe that carries this and asks the other side to do the same. `epoch` counts such
/// decisions of both sides; the highest counts, of two equal ones the arbiter's.
struct hand_over {
  std::uint32_t epoch = 0;
  friend bool operator==(const hand_over&, const hand_over&) = default;
};

/// The session ends. The sender sends no messages, opens or answers to opens after it. Unless `at_once`, the receiver may
/// still send what it accepted before; then it answers in kind.
struct close {
  std::uint16_t reason = 0;
  bool at_once = false;
  friend bool operator==(const close&, const close&) = default;
};

/// The sender, who calls the channel `sender_channel`, proves a topic and gives credit for `window` octets.
struct channel_open {
  std::uint32_t sender_channel = 0;
  mac proof{};
  std::uint32_t window = 0;
  friend bool operator==(const channel_open&, const channel_open&) = default;
};

/// Answer to channel_open. In all frames from here `channel` is what the receiver of the frame calls it.
struct channel_accept {
  std::uint32_t channel = 0;
  std::uint32_t sender_channel = 0;
  mac proof{};
  std::uint32_t window = 0;
  friend bool operator==(const channel_accept&, const channel_accept&) = default;
};

/// Answer to channel_open: no such topic here now.
struct channel_refuse {
  std::uint32_t channel = 0;
  friend bool operator==(const channel_refuse&, const channel_refuse&) = default;
};

/// The sender is done with the channel in both directions; answered in kind, once.
struct channel_close {
  std::uint32_t channel = 0;
  friend bool operator==(const channel_close&, const channel_close&) = default;
};

/// A piece of a message; `end` on its last.
struct channel_data {
  std::uint32_t channel = 0;
  bool end = false;
  byte_view content; ///< Borrowed from the record.
};

/// The next `packed` octets of the channel's data are one zstd frame (RFC 8878) that gives the next `size` octets of the
/// message. These cost credit at once; what is packed costs none.
struct channel_packed {
  std::uint32_t channel = 0;
  std::uint32_t size = 0;
  std::uint32_t packed = 0;
  friend bool operator==(const channel_packed&, const channel_packed&) = default;
};

/// `increment` more octets of credit.
struct channel_window {
  std::uint32_t channel = 0;
  std::uint32_t increment = 0;
  friend bool operator==(const channel_window&, const channel_window&) = default;
};

/// The sender sends no more messages on the channel.
struct channel_finish {
  std::uint32_t channel = 0;
  friend bool operator==(const channel_finish&, const channel_finish&) = default;
};

using frame = std::variant<
    ack, ping, rekey, admit, close, hand_over, channel_open, channel_accept, channel_refuse, channel_close,
    channel_data, channel_window, channel_finish, channel_packed>;

/// What a channel_data adds to its content: type, channel, flags, length (u16).
inline constexpr std::size_t data_header_size = 1 + 4 + 1 + 2;

inline constexpr std::size_t packed_frame_size = 1 + 4 + 4 + 4;

/// Room for any other frame.
inline constexpr std::size_t max_control_frame = 1 + 4 + 4 + 32 + 4;

/// Appends `value`. The content of a channel_data is at most 65535 octets.
void put(bytes& out, const frame& value);

/// Appends all of `value` but its content, which must follow.
void put_header(bytes& out, const channel_data& value);

/// Takes one frame off the front of `text`; nothing when it is malformed.
std::optional<frame> take_frame(byte_reader& text);

} // namespace warren::session::wire
