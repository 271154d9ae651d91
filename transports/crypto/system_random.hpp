#pragma once

#include "messages/random_source.hpp"

namespace warren::crypto {

/// The system's generator (libsodium's randombytes_buf). Safe for any number of threads. The one place where the
/// framework draws randomness that nobody handed to it: programs and actors make one and give it to their machines.
class system_random final : public random_source {
public:
  system_random();
  void fill(std::span<std::byte> out) override;
};

} // namespace warren::crypto
