#include "transports/session/counters.hpp"

#include <array>

namespace warren::session {

namespace {

struct row {
  errc reason;
  std::uint64_t counters::*counter;
};

constexpr std::array rows{
    row{errc::unexpected_peer, &counters::unexpected_peer},
    row{errc::self_connection, &counters::self_connection},
    row{errc::identity_conflict, &counters::identity_conflict},
    row{errc::access_denied, &counters::access_denied},
    row{errc::handshake_failed, &counters::handshake_failed},
    row{errc::bad_handshake_payload, &counters::bad_handshake_payload},
    row{errc::identity_mismatch, &counters::identity_mismatch},
    row{errc::bad_signature, &counters::bad_signature},
    row{errc::unsupported_version, &counters::unsupported_version},
    row{errc::handshake_timeout, &counters::handshake_timeout},
    row{errc::handshake_too_large, &counters::handshake_too_large},
    row{errc::admission_timeout, &counters::admission_timeout},
    row{errc::tampered_record, &counters::tampered_record},
    row{errc::replayed_record, &counters::replayed_record},
    row{errc::missing_record, &counters::missing_record},
    row{errc::truncated_record, &counters::truncated_record},
    row{errc::oversized_frame, &counters::oversized_frame},
    row{errc::malformed_frame, &counters::malformed_frame},
    row{errc::unexpected_frame, &counters::unexpected_frame},
    row{errc::rekey_overdue, &counters::rekey_overdue},
    row{errc::flow_control_violation, &counters::flow_control_violation},
    row{errc::message_too_large, &counters::message_too_large},
    row{errc::unknown_channel, &counters::unknown_channel},
    row{errc::too_many_opens, &counters::too_many_opens},
    row{errc::bad_acknowledgement, &counters::bad_acknowledgement},
    row{errc::bad_topic_proof, &counters::bad_topic_proof},
    row{errc::bad_compression, &counters::bad_compression},
    row{errc::path_lost, &counters::path_lost},
    row{errc::resume_refused, &counters::resume_refused},
    row{errc::bad_resume_proof, &counters::bad_resume_proof},
};

} // namespace

std::uint64_t* counter_of(counters& all, errc reason) noexcept {
  for (const auto& [known, counter] : rows)
    if (known == reason)
      return &(all.*counter);
  return nullptr;
}

} // namespace warren::session
