#include "transports/crypto/identity.hpp"

#include "transports/crypto/errc.hpp"
#include "transports/crypto/sodium.hpp"

#include <sodium.h>

namespace warren::crypto {

namespace {

constexpr std::string_view file_prefix = "warren-identity-1 ";

std::string_view trim(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

} // namespace

identity identity::generate(random_source& random) {
  secret<32> seed;
  random.fill(seed.writable());
  return from_seed(seed);
}

identity identity::from_seed(const secret<32>& seed) {
  ensure_sodium();
  identity result;
  result.seed_ = seed.copy();
  crypto_sign_seed_keypair(
      as_u8(result.id_.octets), as_u8(result.signing_key_.writable()), as_u8(seed.view()));
  secret<32> scalar;
  crypto_sign_ed25519_sk_to_curve25519(as_u8(scalar.writable()), as_u8(result.signing_key_.view()));
  result.image_ = x25519_key_pair::from_secret(std::move(scalar));
  return result;
}

result<identity> identity::decode(std::string_view text) {
  text = trim(text);
  if (!text.starts_with(file_prefix))
    return crypto_errc::malformed_identity;
  auto octets = from_hex(text.substr(file_prefix.size()));
  if (!octets)
    return crypto_errc::malformed_identity;
  auto seed = secret<32>::from(*octets);
  wipe(*octets);
  if (!seed)
    return crypto_errc::malformed_identity;
  return from_seed(*seed);
}

std::string identity::encode() const {
  auto digits = to_hex(seed_.view());
  std::string result{file_prefix};
  result += digits;
  result += '\n';
  wipe(std::as_writable_bytes(std::span{digits}));
  return result;
}

signature identity::sign(byte_view message) const {
  signature result;
  crypto_sign_detached(
      as_u8(result.octets), nullptr, as_u8(message), message.size(), as_u8(signing_key_.view()));
  return result;
}

bool verify(const peer_id& signer, byte_view message, const signature& proof) noexcept {
  return crypto_sign_verify_detached(
             as_u8(proof.octets), as_u8(message), message.size(), as_u8(signer.octets))
         == 0;
}

std::optional<x25519_public_key> x25519_image(const peer_id& id) noexcept {
  x25519_public_key result;
  if (crypto_sign_ed25519_pk_to_curve25519(as_u8(result.octets), as_u8(id.octets)) != 0)
    return std::nullopt;
  return result;
}

} // namespace warren::crypto
