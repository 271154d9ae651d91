#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <concepts>

namespace warren {

/// Where a machine draws its randomness. Production gives it the system's generator (transports/crypto/system_random.hpp),
/// a test a seeded one whose seed it prints (tests/support/seeded_random.hpp).
class random_source {
public:
  virtual ~random_source() = default;

  /// Fills `out` with random octets.
  virtual void fill(std::span<std::byte> out) = 0;

  /// Returns a uniform value of type T.
  template <std::unsigned_integral T>
  T draw() {
    std::array<std::byte, sizeof(T)> raw;
    fill(raw);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(raw[i])) << (8 * i));
    return value;
  }

  /// Returns a uniform value below `bound`; `bound` must not be 0. The bias of at most bound / 2^64 does not matter for
  /// jitter and choice; keys and nonces use fill().
  std::uint64_t below(std::uint64_t bound) { return draw<std::uint64_t>() % bound; }
};

} // namespace warren
