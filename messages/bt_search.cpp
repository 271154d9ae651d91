#include "messages/bt_search.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace warren::bt_search {

namespace {

constexpr std::string_view request_line = "BT-SEARCH * HTTP/1.1";
constexpr std::string_view line_end = "\r\n";

class bt_search_category final : public std::error_category {
public:
  const char* name() const noexcept override { return "bt_search"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::bad_frame:
        return "no BT-SEARCH message: too large or without its empty line";
      case errc::bad_request_line:
        return "the first line is not that of BT-SEARCH";
      case errc::bad_field:
        return "a BT-SEARCH field cannot be read";
      case errc::bad_port:
        return "the BT-SEARCH port is missing or wrong";
      case errc::bad_info_hash:
        return "a BT-SEARCH info-hash is missing or wrong";
      case errc::bad_cookie:
        return "the BT-SEARCH cookie is wrong";
    }
    return "unknown BT-SEARCH error";
  }
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t'))
    text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t'))
    text.remove_suffix(1);
  return text;
}

bool is_text(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
}

std::optional<std::uint8_t> digit(char c) {
  c = lower(c);
  if (c >= '0' && c <= '9')
    return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f')
    return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

std::error_code take_info_hash(message& into, std::string_view value) {
  std::array<std::byte, 20> hash;
  if (value.size() != 2 * hash.size() || into.info_hashes.size() == max_info_hashes)
    return errc::bad_info_hash;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    auto high = digit(value[2 * i]);
    auto low = digit(value[2 * i + 1]);
    if (!high || !low)
      return errc::bad_info_hash;
    hash[i] = static_cast<std::byte>(*high << 4 | *low);
  }
  into.info_hashes.push_back(hash);
  return {};
}

std::error_code take_port(message& into, std::string_view value) {
  auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), into.port);
  auto good = problem == std::errc{} && end == value.data() + value.size() && into.port != 0;
  return good ? std::error_code{} : errc::bad_port;
}

std::error_code take_field(message& into, std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_text(line))
    return errc::bad_field;
  auto name = trimmed(line.substr(0, colon));
  auto value = trimmed(line.substr(colon + 1));
  if (same_name(name, "port"))
    return into.port != 0 ? errc::bad_port : take_port(into, value);
  if (same_name(name, "infohash"))
    return take_info_hash(into, value);
  if (same_name(name, "cookie")) {
    if (!into.cookie.empty() || value.size() > max_cookie_size)
      return errc::bad_cookie;
    into.cookie = value;
  }
  return {};
}

void put_hex(std::string& out, byte_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (auto octet : octets) {
    out += digits[std::to_integer<std::size_t>(octet >> 4)];
    out += digits[std::to_integer<std::size_t>(octet & std::byte{15})];
  }
}

} // namespace

const std::error_category& category() noexcept {
  static const bt_search_category instance;
  return instance;
}

result<message> decode(byte_view datagram) {
  std::string_view text{reinterpret_cast<const char*>(datagram.data()), datagram.size()};
  if (text.size() > max_size)
    return errc::bad_frame;
  message found;
  for (auto first = true;; first = false) {
    auto end = text.find(line_end);
    if (end == std::string_view::npos)
      return errc::bad_frame;
    auto line = text.substr(0, end);
    text.remove_prefix(end + line_end.size());
    if (first && line != request_line)
      return errc::bad_request_line;
    if (!first && line.empty())
      break; // some senders write one empty line, some two
    if (first)
      continue;
    if (auto problem = take_field(found, line))
      return problem;
  }
  if (found.port == 0)
    return errc::bad_port;
  if (found.info_hashes.empty())
    return errc::bad_info_hash;
  return found;
}

bytes encode(const message& what, const endpoint& group) {
  auto text =
      std::string{request_line} + "\r\nHost: " + to_string(group) + "\r\nPort: " + std::to_string(what.port);
  auto count = std::min(what.info_hashes.size(), max_info_hashes);
  for (std::size_t i = 0; i < count; ++i) {
    text += "\r\nInfohash: ";
    put_hex(text, what.info_hashes[i]);
  }
  if (!what.cookie.empty())
    text += "\r\ncookie: " + what.cookie;
  text += "\r\n\r\n\r\n";
  return to_bytes(text);
}

} // namespace warren::bt_search
