#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warren::crdt {

/// Returns the text JavaScript prints for a finite `value` (ECMA-262, Number::toString): the shortest digits that read
/// back as the same number, "1e+21" from 1e21 up, "1e-7" below 1e-6, "0" for minus zero.
std::string js_number_text(double value);

/// Returns the number that JSON text `token` (RFC 8259 section 6, nothing around it) stands for, or nothing when it is no
/// JSON number or overflows. What is too small to be represented is zero; minus zero is zero.
std::optional<double> parse_js_number(std::string_view token);

} // namespace warren::crdt
