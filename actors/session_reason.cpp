#include "actors/session_reason.hpp"

namespace warren {

namespace {

errc code_of(session::errc why, bool by_peer) {
  using session::errc;
  switch (why) {
    case errc::closed_normally:
    case errc::shutting_down:
    case errc::cut_short:
    case errc::unknown_reason: // of a later version: no fault that we know of
      return by_peer ? warren::errc::closed_by_peer : warren::errc::closed_locally;
    case errc::duplicate:
      return warren::errc::replaced;
    case errc::access_denied:
    case errc::unexpected_peer:
      return warren::errc::access_denied;
    case errc::self_connection:
      return warren::errc::self_connection;
    case errc::identity_conflict:
      return warren::errc::identity_conflict;
    case errc::handshake_failed:
    case errc::bad_handshake_payload:
    case errc::identity_mismatch:
    case errc::bad_signature:
    case errc::handshake_timeout:
    case errc::handshake_too_large:
    case errc::admission_timeout:
      return warren::errc::handshake_failed;
    case errc::path_lost:
      return warren::errc::path_lost;
    default:
      return warren::errc::protocol_violation;
  }
}

} // namespace

session_reason reason_of(const session::closed& event) {
  auto why = static_cast<session::errc>(event.why.value());
  auto detail = (event.by_peer ? "peer: " : "") + event.why.message();
  return {code_of(why, event.by_peer), std::move(detail)};
}

session::errc wire_reason_of(errc code) {
  switch (code) {
    case errc::replaced:
      return session::errc::duplicate;
    case errc::access_denied:
      return session::errc::access_denied;
    case errc::identity_conflict:
      return session::errc::identity_conflict;
    case errc::closed_locally:
      return session::errc::closed_normally;
    default:
      return session::errc::shutting_down;
  }
}

} // namespace warren
