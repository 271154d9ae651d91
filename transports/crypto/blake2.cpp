#include "transports/crypto/blake2.hpp"

#include <blake2.h>
#include <cassert>

namespace warren::crypto {

namespace {

constexpr std::size_t hmac_block = 64; // Noise rev 34, 4.3: BLOCKLEN of BLAKE2s

void wipe_state(auto& state) {
  wipe(std::as_writable_bytes(std::span{&state, 1}));
}

digest32 hash_padded_key(
    const std::array<std::byte, hmac_block>& key, std::byte pad, std::initializer_list<byte_view> parts) {
  std::array<std::byte, hmac_block> block;
  for (std::size_t i = 0; i < block.size(); ++i)
    block[i] = key[i] ^ pad;
  blake2s_state state;
  blake2s_init(&state, 32);
  blake2s_update(&state, as_u8(byte_view{block}), block.size());
  for (auto part : parts)
    blake2s_update(&state, as_u8(part), part.size());
  digest32 result;
  blake2s_final(&state, as_u8(result), result.size());
  wipe_state(state);
  wipe(block);
  return result;
}

} // namespace

digest32 blake2s(std::initializer_list<byte_view> parts) {
  blake2s_state state;
  blake2s_init(&state, 32);
  for (auto part : parts)
    blake2s_update(&state, as_u8(part), part.size());
  digest32 result;
  blake2s_final(&state, as_u8(result), result.size());
  wipe_state(state);
  return result;
}

void blake2s_keyed(std::span<std::byte> out, byte_view key, std::initializer_list<byte_view> parts) {
  assert(!out.empty() && out.size() <= BLAKE2S_OUTBYTES && !key.empty() && key.size() <= BLAKE2S_KEYBYTES);
  blake2s_state state;
  blake2s_init_key(&state, out.size(), key.data(), key.size());
  for (auto part : parts)
    blake2s_update(&state, as_u8(part), part.size());
  blake2s_final(&state, as_u8(out), out.size());
  wipe_state(state);
}

void blake2b_keyed(std::span<std::byte> out, byte_view key, std::initializer_list<byte_view> parts) {
  assert(!out.empty() && out.size() <= BLAKE2B_OUTBYTES && key.size() <= BLAKE2B_KEYBYTES);
  blake2b_state state;
  if (key.empty())
    blake2b_init(&state, out.size());
  else
    blake2b_init_key(&state, out.size(), key.data(), key.size());
  for (auto part : parts)
    blake2b_update(&state, as_u8(part), part.size());
  blake2b_final(&state, as_u8(out), out.size());
  wipe_state(state);
}

secret<32> hmac_blake2s(byte_view key, std::initializer_list<byte_view> parts) {
  assert(key.size() <= hmac_block);
  std::array<std::byte, hmac_block> padded{};
  std::copy(key.begin(), key.end(), padded.begin());
  auto inner = hash_padded_key(padded, std::byte{0x36}, parts);
  auto outer = hash_padded_key(padded, std::byte{0x5c}, {byte_view{inner}});
  secret<32> result{outer};
  wipe(padded);
  wipe(inner);
  wipe(outer);
  return result;
}

hkdf_outputs hkdf2_blake2s(const secret<32>& chaining_key, byte_view input_key_material) {
  constexpr std::array one{std::byte{1}};
  constexpr std::array two{std::byte{2}};
  hkdf_outputs out;
  auto temporary = hmac_blake2s(chaining_key.view(), {input_key_material});
  out.first = hmac_blake2s(temporary.view(), {one});
  out.second = hmac_blake2s(temporary.view(), {out.first.view(), two});
  return out;
}

hkdf_outputs hkdf3_blake2s(const secret<32>& chaining_key, byte_view input_key_material) {
  constexpr std::array one{std::byte{1}};
  constexpr std::array two{std::byte{2}};
  constexpr std::array three{std::byte{3}};
  hkdf_outputs out;
  auto temporary = hmac_blake2s(chaining_key.view(), {input_key_material});
  out.first = hmac_blake2s(temporary.view(), {one});
  out.second = hmac_blake2s(temporary.view(), {out.first.view(), two});
  out.third = hmac_blake2s(temporary.view(), {out.second.view(), three});
  return out;
}

} // namespace warren::crypto
