#include "messages/zbase32.hpp"

namespace warren {

namespace {

constexpr std::string_view alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";

} // namespace

std::string to_zbase32(byte_view data) {
  std::string result;
  unsigned buffer = 0;
  unsigned held = 0;
  for (auto octet : data) {
    buffer = buffer << 8 | std::to_integer<unsigned>(octet);
    held += 8;
    while (held >= 5) {
      held -= 5;
      result += alphabet[buffer >> held & 31];
    }
    buffer &= (1u << held) - 1;
  }
  if (held > 0)
    result += alphabet[buffer << (5 - held) & 31];
  return result;
}

std::optional<bytes> from_zbase32(std::string_view text, std::size_t size) {
  if (text.size() != (size * 8 + 4) / 5)
    return std::nullopt;
  bytes result;
  unsigned buffer = 0;
  unsigned held = 0;
  for (auto c : text) {
    auto value = alphabet.find(c);
    if (value == std::string_view::npos)
      return std::nullopt;
    buffer = buffer << 5 | static_cast<unsigned>(value);
    held += 5;
    if (held >= 8) {
      held -= 8;
      result.push_back(static_cast<std::byte>(buffer >> held & 255));
      buffer &= (1u << held) - 1;
    }
  }
  if (buffer != 0)
    return std::nullopt;
  return result;
}

} // namespace warren
