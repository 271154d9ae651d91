#include "transports/noise/cipher_state.hpp"

#include "transports/noise/errc.hpp"

namespace warren::noise {

namespace {

// Noise rev 34, 12.3: 32 bits of zeros, then n little-endian.
crypto::chacha20_poly1305::nonce encode_nonce(std::uint64_t n) noexcept {
  crypto::chacha20_poly1305::nonce result{};
  for (std::size_t i = 0; i < 8; ++i)
    result[4 + i] = static_cast<std::byte>(n >> 8 * i);
  return result;
}

} // namespace

std::error_code cipher_state::encrypt_pieces_with_ad(
    byte_view ad, std::span<const byte_view> plaintext, std::span<std::byte> out) {
  if (n_ == reserved_nonce)
    return noise_errc::nonces_exhausted;
  aead_.seal_pieces(encode_nonce(n_), ad, plaintext, out);
  ++n_;
  return {};
}

std::error_code cipher_state::decrypt_with_ad(byte_view ad, byte_view ciphertext, std::span<std::byte> out) {
  if (n_ == reserved_nonce)
    return noise_errc::nonces_exhausted;
  if (ciphertext.size() < tag_size)
    return noise_errc::message_too_short;
  if (!aead_.open(encode_nonce(n_), ad, ciphertext, out))
    return noise_errc::decrypt_failed;
  ++n_;
  return {};
}

void cipher_state::rekey() {
  // Noise rev 34, 4.2: the first 32 octets of ENCRYPT(k, maxnonce, zerolen, zeros).
  constexpr std::array<std::byte, 32> zeros{};
  std::array<std::byte, 32 + tag_size> sealed;
  aead_.seal(encode_nonce(reserved_nonce), {}, zeros, sealed);
  aead_ = crypto::chacha20_poly1305{crypto::secret<32>{std::span{sealed}.first<32>()}};
  crypto::wipe(sealed);
}

cipher_state cipher_state::copy() const {
  cipher_state result{aead_.key().copy()};
  result.n_ = n_;
  return result;
}

} // namespace warren::noise
