#pragma once

#include "messages/bytes.hpp"
#include "transports/crypto/chacha20_poly1305.hpp"
#include "transports/crypto/secret.hpp"

#include <cstdint>
#include <system_error>

namespace warren::noise {

/// Noise rev 34, 5.1, with a key: k, n and the AEAD. (The keyless state exists only inside symmetric_state.)
class cipher_state {
public:
  static constexpr std::size_t tag_size = crypto::chacha20_poly1305::tag_size;

  /// Noise rev 34, 5.1: n = 2^64 - 1 is reserved.
  static constexpr std::uint64_t reserved_nonce = ~std::uint64_t{0};

  explicit cipher_state(crypto::secret<32> key) noexcept : aead_{std::move(key)} {}

  /// EncryptWithAd: writes plaintext.size() + tag_size octets to `out`, which may start where `plaintext` does.
  /// Fails with nonces_exhausted.
  std::error_code encrypt_with_ad(byte_view ad, byte_view plaintext, std::span<std::byte> out) {
    return encrypt_pieces_with_ad(ad, std::span{&plaintext, 1}, out);
  }

  /// The same for a plaintext that lies in pieces, none of which may overlap with `out` if there are several.
  std::error_code encrypt_pieces_with_ad(
      byte_view ad, std::span<const byte_view> plaintext, std::span<std::byte> out);

  /// DecryptWithAd: writes ciphertext.size() - tag_size octets to `out`, which may start where `ciphertext` does. Fails with
  /// message_too_short, decrypt_failed or nonces_exhausted; n is then as before.
  std::error_code decrypt_with_ad(byte_view ad, byte_view ciphertext, std::span<std::byte> out);

  /// REKEY (Noise rev 34, 4.2 and 11.3): a new key from the old one; n goes on.
  void rekey();

  std::uint64_t nonce() const noexcept { return n_; }

  void set_nonce(std::uint64_t n) noexcept { n_ = n; }

  /// Returns a second state with the same key and n, for a checkpoint. Never encrypt with both.
  [[nodiscard]] cipher_state copy() const;

private:
  crypto::chacha20_poly1305 aead_;
  std::uint64_t n_ = 0;
};

} // namespace warren::noise
