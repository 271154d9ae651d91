#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace warren::crdt {

/// Returns true when `text` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text) noexcept;

/// Compares well-formed UTF-8 as JavaScript compares strings: by UTF-16 code unit, a shorter prefix being less.
std::strong_ordering compare_utf16(std::string_view x, std::string_view y) noexcept;

/// Appends `code_point` (not a surrogate) in UTF-8.
void append_utf8(std::string& out, std::uint32_t code_point);

/// Appends `code_unit_or_point` as JSON.stringify writes it inside a string: quotes, backslashes, control characters and
/// lone surrogates are escaped, all else stands for itself.
void append_js_escaped(std::string& out, std::uint32_t code_unit_or_point);

/// Appends well-formed UTF-8 `text` as a JSON string, the way JSON.stringify does.
void append_js_string(std::string& out, std::string_view text);

} // namespace warren::crdt
