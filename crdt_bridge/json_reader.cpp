#include "crdt_bridge/json_reader.hpp"

#include "crdt_bridge/js_number.hpp"
#include "crdt_bridge/js_text.hpp"

#include <charconv>

namespace warren::crdt {

namespace {

bool is_high_surrogate(std::uint32_t c) {
  return c >= 0xD800 && c < 0xDC00;
}

bool is_low_surrogate(std::uint32_t c) {
  return c >= 0xDC00 && c < 0xE000;
}

} // namespace

char json_reader::peek() noexcept {
  auto start = rest_.find_first_not_of(" \t\n\r");
  rest_.remove_prefix(std::min(start, rest_.size()));
  return rest_.empty() ? '\0' : rest_.front();
}

bool json_reader::take(char token) noexcept {
  if (peek() != token || rest_.empty())
    return false;
  rest_.remove_prefix(1);
  return true;
}

bool json_reader::take(std::string_view literal) noexcept {
  peek();
  if (!rest_.starts_with(literal))
    return false;
  rest_.remove_prefix(literal.size());
  return true;
}

std::optional<double> json_reader::number() {
  peek();
  auto end = std::min(rest_.find_first_not_of("+-.0123456789eE"), rest_.size());
  auto value = parse_js_number(rest_.substr(0, end));
  rest_.remove_prefix(end);
  return value;
}

std::optional<json_reader::string> json_reader::read_string() {
  if (!take('"'))
    return std::nullopt;
  string result{std::string{}, "\""};
  while (!rest_.empty()) {
    // A run without escapes is its own canonical text.
    std::size_t run = 0;
    while (run < rest_.size() && rest_[run] != '"' && rest_[run] != '\\'
           && static_cast<std::uint8_t>(rest_[run]) >= 0x20)
      ++run;
    auto plain = rest_.substr(0, run);
    result.canonical += plain;
    if (result.decoded)
      *result.decoded += plain;
    rest_.remove_prefix(run);
    if (rest_.empty() || static_cast<std::uint8_t>(rest_.front()) < 0x20)
      return std::nullopt;
    if (rest_.front() == '"') {
      rest_.remove_prefix(1);
      result.canonical += '"';
      return result;
    }
    auto c = code_unit();
    if (!c)
      return std::nullopt;
    append_js_escaped(result.canonical, *c);
    if (is_high_surrogate(*c) || is_low_surrogate(*c))
      result.decoded.reset();
    else if (result.decoded)
      append_utf8(*result.decoded, *c);
  }
  return std::nullopt;
}

// One escape, or two that are a surrogate pair.
std::optional<std::uint32_t> json_reader::code_unit() {
  auto first = escape();
  if (!first || !is_high_surrogate(*first))
    return first;
  auto after_first = rest_;
  if (rest_.starts_with("\\u"))
    if (auto second = escape(); second && is_low_surrogate(*second))
      return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
  rest_ = after_first;
  return first;
}

std::optional<std::uint32_t> json_reader::escape() {
  if (rest_.size() < 2)
    return std::nullopt;
  char kind = rest_[1];
  rest_.remove_prefix(2);
  switch (kind) {
    case '"':
    case '\\':
    case '/':
      return static_cast<std::uint32_t>(kind);
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      return four_digits();
    default:
      return std::nullopt;
  }
}

std::optional<std::uint32_t> json_reader::four_digits() {
  if (rest_.size() < 4)
    return std::nullopt;
  std::uint32_t value = 0;
  auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
  if (error != std::errc{} || end != rest_.data() + 4)
    return std::nullopt;
  rest_.remove_prefix(4);
  return value;
}

} // namespace warren::crdt
