#pragma once

#include "messages/bytes.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>

namespace warren::test {

/// Returns the octets that `digits` spells; throws when they are no hexadecimal digits.
inline bytes unhex(const std::string& digits) {
  auto result = from_hex(digits);
  if (!result)
    throw std::runtime_error{"not hexadecimal: " + digits};
  return *result;
}

template <std::size_t N>
std::array<std::byte, N> unhex_array(const std::string& digits) {
  auto octets = unhex(digits);
  if (octets.size() != N)
    throw std::runtime_error{"wrong length: " + digits};
  std::array<std::byte, N> result;
  std::copy(octets.begin(), octets.end(), result.begin());
  return result;
}

} // namespace warren::test
