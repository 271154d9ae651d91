#include "transports/session/channel.hpp"

#include "messages/byte_order.hpp"
#include "transports/crypto/blake2.hpp"
#include "transports/session/compressor.hpp"

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
  if (unpacking.left > 0)
    return on_packed_data(content, end, buffers);
  auto whole = assembling.size() + content.size();
  if (whole > max_message)
    return errc::message_too_large;
  if (!incoming.on_fragment(content.size(), end, whole))
    return errc::flow_control_violation;
  make_room(content.size(), end, buffers);
  assembling.insert(assembling.end(), content.begin(), content.end());
  return complete(end);
}

// Called before the first octets of a message go in. It is as long as the last one, most likely: one allocation instead of one
// for each time it doubles.
void channel::make_room(std::size_t octets, bool end, buffer_pool* buffers) {
  if (assembling.capacity() > 0)
    return;
  auto expected = end ? octets : std::max(octets, last_message);
  if (buffers != nullptr)
    assembling = buffers->take(expected);
  else
    assembling.reserve(expected);
}

result<bool> channel::complete(bool end) {
  if (end)
    last_message = std::min(assembling.size(), most_reserved);
  return end;
}

std::error_code channel::on_packed(std::size_t size, std::size_t packed) {
  if (remote_finished || unpacking.left > 0)
    return errc::unexpected_frame;
  if (packed == 0 || packed >= size)
    return errc::malformed_frame; // nobody packs what does not shrink
  if (size > max_stretch)
    return errc::oversized_frame;
  auto whole = assembling.size() + size;
  if (whole > max_message)
    return errc::message_too_large;
  // It is to be held as it will be, so it costs as much, before anything is allocated for it.
  if (!incoming.on_fragment(size, false, whole))
    return errc::flow_control_violation;
  unpacking.size = size;
  unpacking.left = packed;
  return {};
}

// The octets of a stretch lie in frames of their own, so that each frame is of one kind.
result<bool> channel::on_packed_data(byte_view content, bool end, buffer_pool* buffers) {
  if (content.size() > unpacking.left || (end && content.size() < unpacking.left))
    return errc::malformed_frame;
  bool at_once = unpacking.packed.empty() && content.size() == unpacking.left;
  if (!at_once) {
    unpacking.packed.reserve(unpacking.packed.size() + unpacking.left);
    unpacking.packed.insert(unpacking.packed.end(), content.begin(), content.end());
  }
  unpacking.left -= content.size();
  if (unpacking.left > 0)
    return false;
  auto before = assembling.size();
  make_room(unpacking.size, end, buffers);
  assembling.resize(before + unpacking.size);
  if (!decompress(at_once ? content : byte_view{unpacking.packed}, std::span{assembling}.subspan(before)))
    return errc::bad_compression;
  unpacking.packed = bytes{}; // and not `= {}`, which keeps the memory
  if (end && !incoming.on_fragment(0, true, assembling.size()))
    return errc::flow_control_violation;
  return complete(end);
}

void channel::forget_incoming() {
  assembling = bytes{};
  unpacking = {};
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
