#pragma once

#include "messages/random_source.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace warren::sim {

/// The simulator's deterministic randomness: xoshiro256** (Blackman and Vigna, 2018) filled from SplitMix64. Fast, since
/// nodes draw from it for every query; not for secrets.
class random final : public random_source {
public:
  explicit random(std::uint64_t seed) noexcept {
    for (auto& word : state_)
      word = mix(seed += 0x9e3779b97f4a7c15);
  }

  /// SplitMix64's output function: spreads the bits of `value` over all of the result.
  static constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

  std::uint64_t next() noexcept {
    auto result = std::rotl(state_[1] * 5, 7) * 9;
    auto shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// Returns true with `probability`, 0 to 1.
  bool chance(double probability) noexcept {
    return probability > 0 && static_cast<double>(next() >> 11) < probability * 0x1p53;
  }

  void fill(std::span<std::byte> out) override {
    while (!out.empty()) {
      auto word = next();
      auto size = std::min(out.size(), sizeof(word));
      std::memcpy(out.data(), &word, size);
      out = out.subspan(size);
    }
  }

private:
  std::array<std::uint64_t, 4> state_{};
};

} // namespace warren::sim
