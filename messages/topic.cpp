#include "messages/topic.hpp"

#include <algorithm>
#include <blake2.h>

namespace warren {

namespace {

// libb2's one-shot call fails only on lengths that the caller below cannot produce.
void blake2b_into(std::span<std::byte> out, byte_view input, byte_view key) {
  blake2b(as_u8(out), input.data(), key.data(), out.size(), input.size(), key.size());
}

} // namespace

topic topic::of(std::string_view database_id, byte_view secret) {
  std::array<std::byte, BLAKE2B_KEYBYTES> reduced{};
  if (secret.size() > BLAKE2B_KEYBYTES) {
    blake2b_into(reduced, secret, {});
    secret = reduced;
  }
  topic result;
  blake2b_into(result.octets, as_byte_view(database_id), secret);
  return result;
}

std::optional<topic> topic::parse(std::string_view text) {
  auto octets = from_hex(text);
  if (!octets || octets->size() != size)
    return std::nullopt;
  topic result;
  std::copy(octets->begin(), octets->end(), result.octets.begin());
  return result;
}

std::array<std::byte, 20> topic::info_hash() const noexcept {
  std::array<std::byte, 20> result;
  std::copy_n(octets.begin(), result.size(), result.begin());
  return result;
}

std::string to_string(const topic& value) {
  return to_hex(value.octets);
}

} // namespace warren
