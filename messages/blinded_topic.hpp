#pragma once

#include "messages/topic.hpp"

namespace warren {

/// What a relay sees of a topic: a one-way image of it, so that a relay can tell who shares a topic but can neither join
/// it nor look up who announces it on the DHT. Someone who guesses the topic can compute it; see DESIGN section 2.
struct blinded_topic {
  static constexpr std::size_t size = 32;

  std::array<std::byte, size> octets{};

  friend auto operator<=>(const blinded_topic&, const blinded_topic&) = default;
};

/// Returns BLAKE2b-256 keyed with the topic (RFC 7693 2.5) over the text "warren relay topic 1".
blinded_topic blind(const topic& value);

} // namespace warren

template <>
struct std::hash<warren::blinded_topic> {
  std::size_t operator()(const warren::blinded_topic& value) const noexcept {
    return std::hash<std::string_view>{}(warren::as_text(value.octets));
  }
};
