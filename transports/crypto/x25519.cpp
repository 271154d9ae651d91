#include "transports/crypto/x25519.hpp"

#include "transports/crypto/errc.hpp"
#include "transports/crypto/sodium.hpp"

#include <sodium.h>

namespace warren::crypto {

x25519_key_pair x25519_key_pair::generate(random_source& random) {
  secret<32> key;
  random.fill(key.writable());
  return from_secret(std::move(key));
}

x25519_key_pair x25519_key_pair::from_secret(secret<32> secret_key) {
  ensure_sodium();
  x25519_key_pair result;
  crypto_scalarmult_base(as_u8(result.public_key.octets), as_u8(secret_key.view()));
  result.secret_key = std::move(secret_key);
  return result;
}

x25519_key_pair x25519_key_pair::copy() const {
  x25519_key_pair result;
  result.secret_key = secret_key.copy();
  result.public_key = public_key;
  return result;
}

result<secret<32>> x25519(const secret<32>& ours, const x25519_public_key& theirs) {
  ensure_sodium();
  secret<32> shared;
  if (crypto_scalarmult(as_u8(shared.writable()), as_u8(ours.view()), as_u8(theirs.octets)) != 0)
    return crypto_errc::low_order_key;
  return shared;
}

} // namespace warren::crypto
