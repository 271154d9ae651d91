#include "transports/session/errc.hpp"

#include <string>

namespace warren::session {

namespace {

class session_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "warren.session"; }

  std::string message(int value) const override {
    if (auto text = describe(static_cast<errc>(value)))
      return text;
    return "unknown session error " + std::to_string(value);
  }

private:
  static const char* describe(errc value) noexcept;
  static const char* describe_local(errc value) noexcept;
};

/// Those that a close frame may tell.
const char* session_category::describe(errc value) noexcept {
  switch (value) {
    case errc::closed_normally:
      return "closed in order";
    case errc::shutting_down:
      return "the process is shutting down; dial again later";
    case errc::duplicate:
      return "another connection to the same peer is kept; use that one";
    case errc::access_denied:
      return "not on the access list; add the peer's id to the list of the side that refused";
    case errc::unexpected_peer:
      return "another peer answered than was dialled; the address is stale or somebody is in between";
    case errc::self_connection:
      return "dialled ourselves; the address is our own";
    case errc::handshake_failed:
      return "the handshake does not authenticate; the peer speaks another protocol or the path changes data";
    case errc::bad_handshake_payload:
      return "malformed handshake payload; the peer's program is faulty";
    case errc::identity_mismatch:
      return "the peer's Noise key is not that of its identity; do not trust this peer";
    case errc::bad_signature:
      return "the peer did not prove its identity; do not trust this peer";
    case errc::handshake_timeout:
      return "the handshake did not end in time; the peer is unreachable or overloaded";
    case errc::handshake_too_large:
      return "more octets than a handshake has; the peer speaks another protocol";
    case errc::admission_timeout:
      return "nobody decided about the connection in time; dial again";
    case errc::tampered_record:
      return "a record does not authenticate; the path changes data";
    case errc::replayed_record:
      return "a record came twice or out of order; the path repeats data";
    case errc::missing_record:
      return "records are missing; the path loses data";
    case errc::truncated_record:
      return "a record is too short; the path or the peer is faulty";
    case errc::oversized_frame:
      return "a frame is longer than allowed; the peer's program is faulty";
    case errc::malformed_frame:
      return "a frame cannot be parsed; the peer's program is faulty or newer";
    case errc::unexpected_frame:
      return "a frame came at a time when it has no place; the peer's program is faulty";
    case errc::rekey_overdue:
      return "the peer used one key too long; its program is faulty";
    case errc::flow_control_violation:
      return "the peer ignores its credit; its program is faulty";
    case errc::message_too_large:
      return "a message is longer than 16 MiB; split it";
    case errc::unknown_channel:
      return "a frame names a channel that does not exist; the peer's program is faulty";
    case errc::too_many_opens:
      return "channels are being opened faster than allowed; join fewer topics at once";
    case errc::bad_acknowledgement:
      return "the peer acknowledged what was never sent; its program is faulty";
    case errc::path_lost:
      return "no path to the peer within the resume window; dial again";
    case errc::unsupported_version:
      return "the peer speaks another version of the protocol; update the older side";
    case errc::bad_topic_proof:
      return "the peer claims a topic that it does not know; do not trust this peer";
    case errc::unknown_reason:
      return "closed by the peer for a reason that this version does not know";
    case errc::identity_conflict:
      return "another process runs with the same identity; give each node an identity file of its own";
    case errc::bad_compression:
      return "compressed octets do not give what was announced of them; the peer's program is faulty";
    case errc::cut_short:
      return "closed before everything was known to be delivered; the last messages of either side may be "
             "missing";
    default:
      return describe_local(value);
  }
}

/// Those that never leave this side.
const char* session_category::describe_local(errc value) noexcept {
  switch (value) {
    case errc::would_block:
      return "the channel's queue is full; wait until it is writable";
    case errc::not_open:
      return "the session or channel takes no more data";
    case errc::resume_refused:
      return "the peer does not know the session any more; dial again";
    case errc::bad_resume_proof:
      return "the proof of a resume is wrong; the pipe is not from the peer";
    case errc::limit_reached:
      return "a limit of the configuration is reached; raise limits::channels or join fewer topics";
    default:
      return nullptr;
  }
}

} // namespace

std::error_code make_error_code(errc value) {
  static const session_category category;
  return {static_cast<int>(value), category};
}

errc reason_from_wire(std::uint16_t wire) noexcept {
  if (wire >= static_cast<std::uint16_t>(errc::closed_normally)
      && wire <= static_cast<std::uint16_t>(errc::cut_short))
    return static_cast<errc>(wire);
  return errc::unknown_reason;
}

} // namespace warren::session
