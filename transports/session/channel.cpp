#include "transports/session/channel.hpp"

#include "messages/byte_order.hpp"
#include "transports/crypto/blake2.hpp"

namespace warren::session {

bool channel::has_work() const noexcept {
  if (!open || close_sent)
    return false;
  if (!outgoing.empty())
    return outgoing.sendable();
  return (finish_requested && !finish_sent) || close_requested;
}

result<bool> channel::on_data(byte_view content, bool end) {
  if (remote_finished)
    return errc::unexpected_frame;
  if (content.empty() && !end)
    return errc::malformed_frame; // costs no credit and says nothing
  auto whole = assembling.size() + content.size();
  if (whole > max_message)
    return errc::message_too_large;
  if (!incoming.on_fragment(content.size(), end, whole))
    return errc::flow_control_violation;
  assembling.insert(assembling.end(), content.begin(), content.end());
  return end;
}

std::array<std::byte, 32> topic_proof(
    const std::array<std::byte, 32>& handshake_hash, role prover, const topic& subject, byte_view secret) {
  constexpr std::string_view domain = "warren/1 channel";
  std::array prover_octet{prover == role::initiator ? std::byte{1} : std::byte{2}};
  std::array<std::byte, 32> result;
  crypto::blake2b_keyed(result, handshake_hash, {as_byte_view(domain), prover_octet, subject.octets, secret});
  return result;
}

} // namespace warren::session
