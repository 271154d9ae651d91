#pragma once

#include "messages/random_source.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "transports/crypto/identity.hpp"

#include <memory>
#include <random>

namespace warren {

/// The same numbers in each run.
struct fixed_random final : random_source {
  std::mt19937_64 engine{1};
  void fill(std::span<std::byte> out) override {
    for (auto& octet : out)
      octet = static_cast<std::byte>(engine());
  }
};

inline std::shared_ptr<const crypto::identity> make_identity(std::uint8_t number) {
  crypto::secret<32> seed;
  seed.writable()[0] = static_cast<std::byte>(number);
  return std::make_shared<const crypto::identity>(crypto::identity::from_seed(seed));
}

} // namespace warren
