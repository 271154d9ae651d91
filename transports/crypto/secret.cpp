#include "transports/crypto/secret.hpp"

#include <sodium.h>

namespace warren::crypto {

void wipe(std::span<std::byte> data) noexcept {
  if (!data.empty())
    sodium_memzero(data.data(), data.size());
}

bool equal_in_constant_time(byte_view a, byte_view b) noexcept {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

} // namespace warren::crypto
