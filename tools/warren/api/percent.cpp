#include "tools/warren/api/percent.hpp"

#include "messages/bytes.hpp"

namespace warren::program {

namespace {

bool unreserved(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '-' || c == '.'
         || c == '_' || c == '~';
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text[0] != '%') {
      decoded += text[0];
      text.remove_prefix(1);
      continue;
    }
    auto octet = text.size() < 3 ? std::nullopt : from_hex(text.substr(1, 2));
    if (!octet)
      return std::nullopt;
    decoded += static_cast<char>((*octet)[0]);
    text.remove_prefix(3);
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (char c : text) {
    if (unreserved(c))
      encoded += c;
    else
      encoded += "%" + to_hex(as_byte_view({&c, 1}));
  }
  return encoded;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    auto end = query.find('&');
    auto pair = query.substr(0, end);
    auto equals = pair.find('=');
    if (pair.substr(0, equals) == name)
      return percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
  }
  return std::nullopt;
}

} // namespace warren::program
