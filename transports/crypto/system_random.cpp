#include "transports/crypto/system_random.hpp"

#include "transports/crypto/sodium.hpp"

#include <sodium.h>

namespace warren::crypto {

system_random::system_random() {
  ensure_sodium();
}

void system_random::fill(std::span<std::byte> out) {
  if (!out.empty())
    randombytes_buf(out.data(), out.size());
}

} // namespace warren::crypto
