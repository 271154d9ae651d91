#include "transports/crypto/sodium.hpp"

#include <sodium.h>
#include <stdexcept>

namespace warren::crypto {

void ensure_sodium() {
  static const int outcome = sodium_init();
  if (outcome < 0)
    throw std::runtime_error{"libsodium cannot be initialised on this machine"};
}

} // namespace warren::crypto
