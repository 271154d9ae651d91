#pragma once

#include "messages/bytes.hpp"
#include "messages/peer_id.hpp"
#include "messages/random_source.hpp"
#include "messages/result.hpp"
#include "transports/crypto/secret.hpp"
#include "transports/crypto/x25519.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace warren::crypto {

/// An Ed25519 signature (RFC 8032 5.1.6), 64 octets.
struct signature {
  static constexpr std::size_t size = 64;
  std::array<std::byte, size> octets{};
  friend bool operator==(const signature&, const signature&) = default;
};

/// Who this process is: an Ed25519 key pair (RFC 8032) and its X25519 image, which is the Noise static key.
class identity {
public:
  static identity generate(random_source& random);

  /// Returns the identity that RFC 8032 5.1.5 derives from `seed`.
  static identity from_seed(const secret<32>& seed);

  /// Returns the identity written by encode() in `text`; surrounding white space is allowed.
  /// Fails with crypto_errc::malformed_identity.
  static result<identity> decode(std::string_view text);

  /// Returns the content of an identity file: one line, "warren-identity-1 " and the seed in hexadecimal digits. It is
  /// the secret key: the caller writes it with mode 0600 and wipes it.
  std::string encode() const;

  const peer_id& id() const noexcept { return id_; }

  signature sign(byte_view message) const;

  /// Returns the X25519 image of the key pair (crypto_sign_ed25519_*_to_curve25519).
  const x25519_key_pair& noise_static() const noexcept { return image_; }

private:
  identity() = default;

  secret<32> seed_;
  secret<64> signing_key_; // libsodium's form: seed, then public key
  peer_id id_;
  x25519_key_pair image_;
};

/// True when `proof` is the signature of the owner of `signer` over `message`. Signatures that are not canonical and
/// public keys of low order are refused.
bool verify(const peer_id& signer, byte_view message, const signature& proof) noexcept;

/// Returns the X25519 image of `id`, or nothing when the octets are no point of the main subgroup.
std::optional<x25519_public_key> x25519_image(const peer_id& id) noexcept;

} // namespace warren::crypto
