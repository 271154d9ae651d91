#include "messages/bytes.hpp"

namespace warren {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::string to_hex(byte_view data) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(data.size() * 2);
  for (auto octet : data) {
    auto value = std::to_integer<unsigned>(octet);
    result += digits[value >> 4];
    result += digits[value & 15];
  }
  return result;
}

std::optional<bytes> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0)
    return std::nullopt;
  bytes result;
  result.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    auto high = hex_value(digits[i]);
    auto low = hex_value(digits[i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    result.push_back(static_cast<std::byte>(high << 4 | low));
  }
  return result;
}

} // namespace warren
