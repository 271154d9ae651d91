#pragma once

#include "crdt_bridge/limits.hpp"
#include "messages/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace warren::crdt {

/// A field's name and its value as canonical JSON text.
struct field_value {
  std::string field;
  std::string value;
  friend bool operator==(const field_value&, const field_value&) = default;
};

/// Returns the canonical text of the JSON value `text`: what JSON.stringify makes of it in JavaScript. Values are null,
/// booleans, finite numbers, strings and links {"#": soul} (gun.md section 2); anything else fails.
result<std::string> canonical_value(std::string_view text, const graph_limits& limits = {});

/// Returns the fields of the JSON object `text` with canonical values, in the order in which they first appear. Of equal
/// names the last counts, as in JSON.parse. All or nothing: one bad field fails the whole.
result<std::vector<field_value>> parse_fields(std::string_view text, const graph_limits& limits = {});

/// Returns an empty code when `soul` may name a node, or `field` a field.
std::error_code check_soul(std::string_view soul, const graph_limits& limits);
std::error_code check_field(std::string_view field, const graph_limits& limits);

} // namespace warren::crdt
