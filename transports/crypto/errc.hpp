#pragma once

#include <system_error>

namespace warren::crypto {

/// Why a cryptographic operation was refused.
enum class crypto_errc {
  /// The peer's X25519 key is of low order: the shared secret would be all zeros (RFC 7748 6.1).
  low_order_key = 1,
  /// A sealed text does not authenticate under this key, nonce and associated data.
  not_authentic,
  /// The text is no identity file.
  malformed_identity,
};

std::error_code make_error_code(crypto_errc value);

} // namespace warren::crypto

template <>
struct std::is_error_code_enum<warren::crypto::crypto_errc> : std::true_type {};
