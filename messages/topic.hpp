#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace warren {

/// What peers meet on: BLAKE2b-256 of a database id, 32 octets. Not a secret by itself (ids can be guessed); with a
/// database secret the hash is keyed, so that outsiders can neither find nor join.
struct topic {
  static constexpr std::size_t size = 32;

  std::array<std::byte, size> octets{};

  /// Returns the topic of the UTF-8 `database_id` (empty is allowed, as PluresDB allows it).
  /// `secret` is empty, or 1 to 64 octets: then the hash is keyed with it (RFC 7693 2.5). A longer secret is first
  /// reduced to its BLAKE2b-512.
  static topic of(std::string_view database_id, byte_view secret = {});

  /// Returns the topic written as 64 hexadecimal digits, or nothing.
  static std::optional<topic> parse(std::string_view text);

  /// Returns the first 20 octets: the topic's info-hash on the Mainline DHT (BEP 5).
  std::array<std::byte, 20> info_hash() const noexcept;

  friend auto operator<=>(const topic&, const topic&) = default;
};

/// Returns the topic as 64 lower-case hexadecimal digits.
std::string to_string(const topic& value);

} // namespace warren

template <>
struct std::hash<warren::topic> {
  std::size_t operator()(const warren::topic& value) const noexcept {
    return std::hash<std::string_view>{}(warren::as_text(value.octets));
  }
};
