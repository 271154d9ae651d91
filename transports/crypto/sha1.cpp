#include "transports/crypto/sha1.hpp"

#include <openssl/sha.h>

namespace warren::crypto {

std::array<std::byte, 20> sha1(std::initializer_list<byte_view> parts) {
  bytes whole;
  for (auto part : parts)
    whole.insert(whole.end(), part.begin(), part.end());
  std::array<std::byte, 20> result;
  SHA1(as_u8(byte_view{whole}), whole.size(), as_u8(result));
  return result;
}

} // namespace warren::crypto
