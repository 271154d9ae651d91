#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <optional>
#include <string>

namespace warren::dht {

/// A place in Kademlia's 160-bit key space (BEP 5): a node's own, or one that a lookup aims at.
struct node_id {
  static constexpr std::size_t size = 20;
  static constexpr std::size_t bits = size * 8;

  std::array<std::byte, size> octets{};

  /// Returns the id that `raw` holds, or nothing when it is not 20 octets long.
  static std::optional<node_id> from(byte_view raw) {
    if (raw.size() != size)
      return std::nullopt;
    node_id result;
    std::copy(raw.begin(), raw.end(), result.octets.begin());
    return result;
  }

  friend auto operator<=>(const node_id&, const node_id&) = default;
};

/// What peers announce and look up on the DHT (BEP 5): the first 20 octets of a Warren topic.
struct info_hash {
  std::array<std::byte, node_id::size> octets{};

  /// Returns the place in the key space where this is stored.
  node_id target() const noexcept { return {octets}; }

  friend auto operator<=>(const info_hash&, const info_hash&) = default;
};

/// The XOR metric. Compares as the unsigned big-endian number it is.
struct distance {
  std::array<std::byte, node_id::size> octets{};

  friend auto operator<=>(const distance&, const distance&) = default;
};

inline distance distance_between(const node_id& a, const node_id& b) noexcept {
  distance result;
  for (std::size_t i = 0; i < node_id::size; ++i)
    result.octets[i] = a.octets[i] ^ b.octets[i];
  return result;
}

/// Returns how many leading bits `a` and `b` share, 160 when they are equal.
inline std::size_t common_prefix(const node_id& a, const node_id& b) noexcept {
  for (std::size_t i = 0; i < node_id::size; ++i)
    if (a.octets[i] != b.octets[i])
      return i * 8
             + static_cast<std::size_t>(
                 std::countl_zero(std::to_integer<std::uint8_t>(a.octets[i] ^ b.octets[i])));
  return node_id::bits;
}

/// A node's id and where it answers.
struct node_info {
  node_id id;
  endpoint where;

  friend auto operator<=>(const node_info&, const node_info&) = default;
};

/// Returns the id as 40 lower-case hexadecimal digits.
inline std::string to_string(const node_id& id) {
  return to_hex(id.octets);
}

inline std::string to_string(const info_hash& hash) {
  return to_hex(hash.octets);
}

} // namespace warren::dht

template <>
struct std::hash<warren::dht::node_id> {
  std::size_t operator()(const warren::dht::node_id& id) const noexcept {
    return std::hash<std::string_view>{}(warren::as_text(id.octets));
  }
};

template <>
struct std::hash<warren::dht::info_hash> {
  std::size_t operator()(const warren::dht::info_hash& value) const noexcept {
    return std::hash<std::string_view>{}(warren::as_text(value.octets));
  }
};
