#include "crdt_bridge/js_number.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>

namespace warren::crdt {

namespace {

// Shortest round-trip digits without the point, and the decimal exponent: value = 0.DIGITS * 10^point.
struct decimal {
  std::string digits;
  int point = 0;
};

decimal shortest(double value) {
  char buffer[32];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  std::string_view text{buffer, static_cast<std::size_t>(end - buffer)};
  auto e = text.find('e');
  decimal result;
  result.digits = text.substr(0, 1);
  if (e > 2)
    result.digits += text.substr(2, e - 2);
  auto exponent = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), result.point);
  ++result.point;
  return result;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at]))
    ++at;
  return at;
}

// RFC 8259 section 6: number = [ minus ] int [ frac ] [ exp ]
bool follows_json_grammar(std::string_view text) {
  std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  auto digits = skip_digits(text, at);
  if (digits == at || (text[at] == '0' && digits > at + 1))
    return false;
  at = digits;
  if (at < text.size() && text[at] == '.') {
    digits = skip_digits(text, at + 1);
    if (digits == at + 1)
      return false;
    at = digits;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    at += at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-') ? 2 : 1;
    digits = skip_digits(text, at);
    if (digits == at)
      return false;
    at = digits;
  }
  return at == text.size();
}

// A number that from_chars finds out of range is either too large or too small; where its first digit other than zero
// stands tells which.
bool is_too_small(std::string_view text) {
  auto e = text.find_first_of("eE");
  auto mantissa = text.substr(0, e);
  auto first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos)
    return true;
  auto dot = std::min(mantissa.find('.'), mantissa.size());
  auto magnitude = static_cast<long long>(dot) - static_cast<long long>(first);
  if (e == std::string_view::npos)
    return magnitude < 0;
  auto exponent = text.substr(e + 1);
  bool negative = exponent.front() == '-';
  if (negative || exponent.front() == '+')
    exponent.remove_prefix(1);
  long long size = 0;
  if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), size).ec != std::errc{})
    return negative;
  return magnitude + (negative ? -size : size) < 0;
}

} // namespace

std::string js_number_text(double value) {
  if (value == 0)
    return "0";
  if (value < 0)
    return "-" + js_number_text(-value);
  // ECMA-262 Number::toString: k digits, n = point.
  auto [digits, n] = shortest(value);
  auto k = static_cast<int>(digits.size());
  if (k <= n && n <= 21)
    return digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21)
    return digits.substr(0, static_cast<std::size_t>(n)) + "." + digits.substr(static_cast<std::size_t>(n));
  if (-6 < n && n <= 0)
    return "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  auto exponent = (n > 0 ? "e+" : "e-") + std::to_string(std::abs(n - 1));
  return digits.substr(0, 1) + (k > 1 ? "." + digits.substr(1) : "") + exponent;
}

std::optional<double> parse_js_number(std::string_view token) {
  if (!follows_json_grammar(token))
    return std::nullopt;
  double value = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error == std::errc::result_out_of_range)
    return is_too_small(token) ? std::optional{0.0} : std::nullopt;
  if (error != std::errc{} || !std::isfinite(value))
    return std::nullopt;
  return value == 0 ? 0.0 : value;
}

} // namespace warren::crdt
