#pragma once

#include "messages/bytes.hpp"

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace warren {

/// Who a peer is: its Ed25519 public key (RFC 8032), 32 octets. Shown as z-base-32, 52 characters.
struct peer_id {
  static constexpr std::size_t size = 32;

  std::array<std::byte, size> octets{};

  /// Returns the id written in `text` as z-base-32 (52 characters) or hexadecimal (64 digits), or nothing.
  static std::optional<peer_id> parse(std::string_view text);

  friend auto operator<=>(const peer_id&, const peer_id&) = default;
};

/// Returns the id in z-base-32, 52 characters.
std::string to_string(const peer_id& id);

} // namespace warren

template <>
struct std::hash<warren::peer_id> {
  std::size_t operator()(const warren::peer_id& id) const noexcept {
    return std::hash<std::string_view>{}(warren::as_text(id.octets));
  }
};
