#pragma once

#include "messages/bytes.hpp"
#include "transports/crypto/secret.hpp"

#include <array>
#include <initializer_list>

namespace warren::crypto {

using digest32 = std::array<std::byte, 32>;

/// Returns BLAKE2s-256 (RFC 7693) of the parts, one after the other. Noise's HASH with HASHLEN 32.
digest32 blake2s(std::initializer_list<byte_view> parts);

/// Fills `out` (1 to 32 octets) with the BLAKE2s keyed hash of the parts; `key` is 1 to 32 octets.
void blake2s_keyed(std::span<std::byte> out, byte_view key, std::initializer_list<byte_view> parts);

/// Fills `out` (1 to 64 octets) with the BLAKE2b keyed hash of the parts; `key` is up to 64 octets, empty = not keyed.
void blake2b_keyed(std::span<std::byte> out, byte_view key, std::initializer_list<byte_view> parts);

/// Returns HMAC-BLAKE2s (RFC 2104 with blocks of 64 octets) of the parts: Noise's HMAC-HASH. `key` is up to 64 octets.
secret<32> hmac_blake2s(byte_view key, std::initializer_list<byte_view> parts);

/// Noise rev 34, 4.3: HKDF with the chaining key as salt. The first two or all three outputs.
struct hkdf_outputs {
  secret<32> first;
  secret<32> second;
  secret<32> third;
};

hkdf_outputs hkdf2_blake2s(const secret<32>& chaining_key, byte_view input_key_material);
hkdf_outputs hkdf3_blake2s(const secret<32>& chaining_key, byte_view input_key_material);

} // namespace warren::crypto
