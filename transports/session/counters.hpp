#pragma once

#include "transports/session/errc.hpp"

#include <cstdint>

namespace warren::session {

/// What happened in a session so far. One counter per reason to refuse something.
struct counters {
  std::uint64_t bytes_in = 0;  ///< From pipes, everything.
  std::uint64_t bytes_out = 0; ///< To pipes, everything.
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t rekeys_in = 0;
  std::uint64_t rekeys_out = 0;
  std::uint64_t resumes = 0;
  std::uint64_t hand_overs = 0;       ///< Switches to a standby pipe decided here.
  std::uint64_t records_repeated = 0; ///< Sealed records sent again on another pipe.
  std::uint64_t records_skipped = 0;  ///< Received again after a resume and left alone.
  std::uint64_t garbled_pipes = 0;    ///< Given up for what came on them, while the session went on.

  std::uint64_t compressed_out = 0;        ///< Stretches of messages that were sent compressed,
  std::uint64_t compression_saved_out = 0; ///< and by how many octets they were shorter for it.
  std::uint64_t compression_in_vain = 0;   ///< Tries that did not pay; the stretch was sent as it was.
  std::uint64_t compressed_in = 0;
  std::uint64_t compression_saved_in = 0;

  std::uint64_t handshake_failed = 0;
  std::uint64_t bad_handshake_payload = 0;
  std::uint64_t identity_mismatch = 0;
  std::uint64_t bad_signature = 0;
  std::uint64_t unsupported_version = 0;
  std::uint64_t unexpected_peer = 0;
  std::uint64_t self_connection = 0;
  std::uint64_t identity_conflict = 0;
  std::uint64_t access_denied = 0;
  std::uint64_t handshake_timeout = 0;
  std::uint64_t handshake_too_large = 0;
  std::uint64_t admission_timeout = 0;
  std::uint64_t tampered_record = 0;
  std::uint64_t replayed_record = 0;
  std::uint64_t missing_record = 0;
  std::uint64_t truncated_record = 0;
  std::uint64_t oversized_frame = 0;
  std::uint64_t malformed_frame = 0;
  std::uint64_t unexpected_frame = 0;
  std::uint64_t rekey_overdue = 0;
  std::uint64_t flow_control_violation = 0;
  std::uint64_t message_too_large = 0;
  std::uint64_t unknown_channel = 0;
  std::uint64_t too_many_opens = 0;
  std::uint64_t bad_acknowledgement = 0;
  std::uint64_t bad_topic_proof = 0;
  std::uint64_t bad_compression = 0;
  std::uint64_t path_lost = 0;
  std::uint64_t resume_refused = 0;
  std::uint64_t bad_resume_proof = 0;
  std::uint64_t unknown_pipe = 0;           ///< Octets for a pipe that the session does not have.
  std::uint64_t topics_refused_to_peer = 0; ///< Opens of the peer for topics not joined here.
};

/// Returns the counter of `reason`, or nothing when it is a decision and not a fault.
std::uint64_t* counter_of(counters& all, errc reason) noexcept;

} // namespace warren::session
