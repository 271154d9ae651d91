#pragma once

#include "messages/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::crdt {

/// Reads JSON tokens (RFC 8259) off the front of a text that is well-formed UTF-8. Never recurses.
class json_reader {
public:
  explicit json_reader(std::string_view text) noexcept : rest_{text} {}

  /// Skips white space; returns the next character, or 0 at the end.
  char peek() noexcept;

  /// Skips white space; returns true when nothing is left.
  bool at_end() noexcept { return peek() == '\0' && rest_.empty(); }

  /// Skips white space and `token` if it comes next.
  bool take(char token) noexcept;
  bool take(std::string_view literal) noexcept;

  /// Reads the number that comes next. Nothing when it is none or overflows.
  std::optional<double> number();

  /// A string twice: decoded, and as canonical JSON text. `decoded` is empty-handed when the string has lone
  /// surrogates, which only escapes can write.
  struct string {
    std::optional<std::string> decoded;
    std::string canonical;
  };
  std::optional<string> read_string();

private:
  std::optional<std::uint32_t> code_unit();
  std::optional<std::uint32_t> escape();
  std::optional<std::uint32_t> four_digits();

  std::string_view rest_;
};

} // namespace warren::crdt
