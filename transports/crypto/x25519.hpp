#pragma once

#include "messages/random_source.hpp"
#include "messages/result.hpp"
#include "transports/crypto/secret.hpp"

#include <array>

namespace warren::crypto {

/// An X25519 public key (RFC 7748): 32 octets, the u-coordinate.
struct x25519_public_key {
  static constexpr std::size_t size = 32;
  std::array<std::byte, size> octets{};
  friend bool operator==(const x25519_public_key&, const x25519_public_key&) = default;
};

struct x25519_key_pair {
  secret<32> secret_key;
  x25519_public_key public_key;

  static x25519_key_pair generate(random_source& random);
  static x25519_key_pair from_secret(secret<32> secret_key);
  [[nodiscard]] x25519_key_pair copy() const;
};

/// Returns the shared secret of RFC 7748 6.1. The all-zero value, which a public key of low order gives, is refused
/// with crypto_errc::low_order_key.
result<secret<32>> x25519(const secret<32>& ours, const x25519_public_key& theirs);

} // namespace warren::crypto
