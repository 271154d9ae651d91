#pragma once

#include "messages/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace warren::crypto {

/// Overwrites `data` with zeros in a way that the compiler keeps.
void wipe(std::span<std::byte> data) noexcept;

/// Compares without a branch on the content; false at once when the sizes differ (a size is no secret).
bool equal_in_constant_time(byte_view a, byte_view b) noexcept;

/// N octets of key material: wiped when destroyed or moved from, never printed, copied only by name.
template <std::size_t N>
class secret {
public:
  static constexpr std::size_t size = N;

  /// All zeros.
  secret() = default;

  explicit secret(std::span<const std::byte, N> octets) noexcept {
    std::copy(octets.begin(), octets.end(), octets_.begin());
  }

  /// Returns the secret in `octets`, or nothing when the size is not N.
  static std::optional<secret> from(byte_view octets) noexcept {
    if (octets.size() != N)
      return std::nullopt;
    return secret{octets.template first<N>()};
  }

  secret(secret&& other) noexcept : octets_{other.octets_} { wipe(other.octets_); }

  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      octets_ = other.octets_;
      wipe(other.octets_);
    }
    return *this;
  }

  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;

  ~secret() { wipe(octets_); }

  /// Returns a second copy of the secret, which lives and is wiped on its own.
  [[nodiscard]] secret copy() const noexcept { return secret{octets_}; }

  std::span<const std::byte, N> view() const noexcept { return octets_; }

  std::span<std::byte, N> writable() noexcept { return octets_; }

  friend bool operator==(const secret& a, const secret& b) noexcept {
    return equal_in_constant_time(a.octets_, b.octets_);
  }

private:
  std::array<std::byte, N> octets_{};
};

} // namespace warren::crypto
