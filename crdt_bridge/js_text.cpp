#include "crdt_bridge/js_text.hpp"

#include <algorithm>

namespace warren::crdt {

namespace {

std::uint8_t octet(char c) {
  return static_cast<std::uint8_t>(c);
}

bool is_continuation(char c) {
  return (octet(c) & 0xC0) == 0x80;
}

// RFC 3629 section 4. Returns the length of the well-formed sequence at the front of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  auto lead = octet(text[0]);
  if (lead < 0x80)
    return 1;
  std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i]))
      return 0;
  auto second = octet(text[1]);
  bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || beyond ? 0 : length;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    auto length = sequence_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

std::strong_ordering compare_utf16(std::string_view x, std::string_view y) noexcept {
  auto [i, j] = std::mismatch(x.begin(), x.end(), y.begin(), y.end());
  if (i == x.end() || j == y.end())
    return x.size() <=> y.size();
  auto a = octet(*i);
  auto b = octet(*j);
  // Octet order is code point order, and UTF-16 differs from it in one case: the surrogates that stand for code points
  // from U+10000 (lead octet F0 and up) are less than U+E000 to U+FFFF (lead octets EE and EF). No continuation octet
  // is as large as these.
  bool a_high = a >= 0xF0;
  bool b_high = b >= 0xF0;
  if (a >= 0xEE && b >= 0xEE && a_high != b_high)
    return a_high ? std::strong_ordering::less : std::strong_ordering::greater;
  return a <=> b;
}

void append_utf8(std::string& out, std::uint32_t c) {
  auto push = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xC0 | c >> 6);
    push(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    push(0xE0 | c >> 12);
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  } else {
    push(0xF0 | c >> 18);
    push(0x80 | (c >> 12 & 0x3F));
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  }
}

void append_js_escaped(std::string& out, std::uint32_t c) {
  // ECMA-262 QuoteJSONString.
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (c >= 0x20 && (c < 0xD800 || c > 0xDFFF)) {
    append_utf8(out, c);
    return;
  }
  static constexpr char digits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out.push_back(digits[c >> shift & 0xF]);
}

void append_js_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (char c : text) {
    // Whatever needs an escape is a single octet in UTF-8; lone surrogates do not exist there.
    if (octet(c) < 0x20 || c == '"' || c == '\\')
      append_js_escaped(out, octet(c));
    else
      out.push_back(c);
  }
  out.push_back('"');
}

} // namespace warren::crdt
