#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <compare>
#include <cstring>

namespace warren::crdt {

/// Names an item: a collision-resistant hash of its content, so that the content under an id never changes.
struct item_id {
  static constexpr std::size_t size = 32;

  std::array<std::byte, size> octets{};

  friend auto operator<=>(const item_id&, const item_id&) = default;
};

/// Where an item stands in the order of listings: by timestamp, then by id octets.
struct item_key {
  std::uint64_t timestamp = 0;
  item_id id;

  friend auto operator<=>(const item_key&, const item_key&) = default;
};

/// What replicas exchange. Only the engine that made it knows what the payload means.
struct item {
  item_key key;
  bytes payload;

  friend bool operator==(const item&, const item&) = default;
};

/// Equal for two sets of items exactly when the sets are equal (but for a collision of BLAKE2b).
struct item_digest {
  static constexpr std::size_t size = 32;

  std::array<std::byte, size> octets{};

  friend auto operator<=>(const item_digest&, const item_digest&) = default;
};

} // namespace warren::crdt

template <>
struct std::hash<warren::crdt::item_id> {
  std::size_t operator()(const warren::crdt::item_id& id) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, id.octets.data(), sizeof(value));
    return value;
  }
};
