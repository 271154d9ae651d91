#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warren {

/// An owned run of octets.
using bytes = std::vector<std::byte>;

/// A borrowed, read-only run of octets; valid only during the call it is passed to unless stated otherwise.
using byte_view = std::span<const std::byte>;

/// Returns `text` as octets without copying.
inline byte_view as_byte_view(std::string_view text) noexcept {
  return std::as_bytes(std::span{text.data(), text.size()});
}

/// Returns `data` as text without copying or checking it.
inline std::string_view as_text(byte_view data) noexcept {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// Returns a copy of `data`.
inline bytes to_bytes(byte_view data) {
  return {data.begin(), data.end()};
}

inline bytes to_bytes(std::string_view text) {
  return to_bytes(as_byte_view(text));
}

/// The pointer that C libraries want.
inline const std::uint8_t* as_u8(byte_view data) noexcept {
  return reinterpret_cast<const std::uint8_t*>(data.data());
}

/// The same for octets to be written; a template, so that a mutable array is not ambiguous between the two.
template <class Range>
requires std::convertible_to<Range&&, std::span<std::byte>> std::uint8_t* as_u8(Range&& data) noexcept {
  return reinterpret_cast<std::uint8_t*>(std::span<std::byte>{data}.data());
}

/// Returns `data` as lower-case hexadecimal digits, two per octet.
std::string to_hex(byte_view data);

/// Returns the octets written as hexadecimal digits of either case, or nothing when `digits` is odd in length or
/// holds anything else.
std::optional<bytes> from_hex(std::string_view digits);

} // namespace warren
