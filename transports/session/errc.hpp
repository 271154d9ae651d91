#pragma once

#include <cstdint>
#include <system_error>

namespace warren::session {

/// Why a session ended or refused something. Values below 100 travel in the close frame (messages/WIRE.md, "Session");
/// they never change their meaning.
enum class errc : std::uint16_t {
  /// One side asked for the end and everything that either had accepted before was delivered.
  closed_normally = 1,
  /// The process is going down. Says nothing of what was delivered, as all below.
  shutting_down = 2,
  /// The arbiter keeps another connection to the same peer.
  duplicate = 3,
  /// The access list of one side does not have the other.
  access_denied = 4,
  /// The peer is not the one that was dialled.
  unexpected_peer = 5,
  /// The peer has our own key: we dialled ourselves.
  self_connection = 6,
  /// A handshake message does not decrypt, or comes out of turn.
  handshake_failed = 7,
  /// The handshake payload is malformed.
  bad_handshake_payload = 8,
  /// The Noise static key is not the X25519 image of the peer's Ed25519 key.
  identity_mismatch = 9,
  /// The signature over the handshake hash does not verify.
  bad_signature = 10,
  /// The handshake did not end in time.
  handshake_timeout = 11,
  /// More octets than a handshake can have.
  handshake_too_large = 12,
  /// Nobody decided about the connection in time.
  admission_timeout = 13,
  /// A record does not authenticate.
  tampered_record = 14,
  /// A record came a second time or out of order.
  replayed_record = 15,
  /// Records are missing before this one.
  missing_record = 16,
  /// A record is too short to be one.
  truncated_record = 17,
  /// A frame or its length is beyond what the protocol allows.
  oversized_frame = 18,
  /// A frame inside a record cannot be parsed.
  malformed_frame = 19,
  /// A well-formed frame that has no place in this phase.
  unexpected_frame = 20,
  /// The peer used one key for more records than allowed.
  rekey_overdue = 21,
  /// The peer sent more than it was given credit for, or gives more credit than can be counted.
  flow_control_violation = 22,
  /// A message is longer than 16 MiB.
  message_too_large = 23,
  /// A frame names a channel that does not exist.
  unknown_channel = 24,
  /// The peer asks for channels faster than allowed.
  too_many_opens = 25,
  /// The peer acknowledges what was never sent.
  bad_acknowledgement = 26,
  /// No pipe within the resume window.
  path_lost = 27,
  /// The peer needs another version of the protocol.
  unsupported_version = 28,
  /// The peer accepted a topic without proving that it knows it.
  bad_topic_proof = 29,
  /// The one who closed gave a reason that this version does not know.
  unknown_reason = 30,
  /// Another process that runs with the same identity is connected; it came later and keeps the place.
  identity_conflict = 31,
  /// Compressed octets that do not give what was announced of them.
  bad_compression = 32,
  /// One side asked for the end, and messages accepted before were dropped, or are not known to have been delivered.
  cut_short = 33,

  // Never sent.

  /// The channel's queue is full: wait for the event `writable`.
  would_block = 100,
  /// The session or the channel no longer takes data.
  not_open = 101,
  /// The peer does not know the session that the new pipe wants to resume.
  resume_refused = 102,
  /// The proof of a resume is wrong.
  bad_resume_proof = 103,
  /// A limit of the configuration is reached.
  limit_reached = 104,
};

std::error_code make_error_code(errc value);

/// Returns the reason a close frame carries as `wire`; errc::unknown_reason for numbers of later versions.
errc reason_from_wire(std::uint16_t wire) noexcept;

} // namespace warren::session

template <>
struct std::is_error_code_enum<warren::session::errc> : std::true_type {};
