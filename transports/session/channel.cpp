#include "transports/session/channel.hpp"

#include "messages/byte_order.hpp"
#include "transports/crypto/blake2.hpp"

#include <algorithm>

namespace warren::session {

bool channel::has_work() const noexcept {
  if (!open || close_sent)
    return false;
  if (!outgoing.empty())
    return outgoing.sendable();
  return (finish_requested && !finish_sent) || close_requested;
}

namespace {

/// Octets kept ready for a message that is still coming: it may turn out to be short.
constexpr std::size_t most_reserved = 256 * 1024;

} // namespace

result<bool> channel::on_data(byte_view content, bool end, buffer_pool* buffers) {
  if (remote_finished)
    return errc::unexpected_frame;
  if (content.empty() && !end)
    return errc::malformed_frame; // costs no credit and says nothing
  auto whole = assembling.size() + content.size();
  if (whole > max_message)
    return errc::message_too_large;
  if (!incoming.on_fragment(content.size(), end, whole))
    return errc::flow_control_violation;
  // As long as the last one, most likely: one allocation instead of one for each time it doubles.
  if (assembling.capacity() == 0) {
    auto expected = end ? content.size() : std::max(content.size(), last_message);
    if (buffers != nullptr)
      assembling = buffers->take(expected);
    else
      assembling.reserve(expected);
  }
  assembling.insert(assembling.end(), content.begin(), content.end());
  if (end)
    last_message = std::min(assembling.size(), most_reserved);
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
