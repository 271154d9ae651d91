#include "crdt_bridge/node_json.hpp"

#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/js_number.hpp"
#include "crdt_bridge/js_text.hpp"
#include "crdt_bridge/json_reader.hpp"

#include <unordered_map>

namespace warren::crdt {

namespace {

bool is_name(std::string_view name, const graph_limits& limits) {
  return !name.empty() && name.size() <= limits.max_name && is_utf8(name);
}

// gun.md section 2: an object with exactly one key "#" whose value is a non-empty string.
result<std::string> read_link(json_reader& reader, const graph_limits& limits) {
  reader.take('{');
  auto key = reader.read_string();
  if (!key || key->decoded != "#" || !reader.take(':'))
    return errc::invalid_value;
  auto soul = reader.read_string();
  if (!soul || !reader.take('}'))
    return errc::invalid_value;
  if (!soul->decoded || check_soul(*soul->decoded, limits))
    return errc::invalid_value;
  return "{\"#\":" + soul->canonical + "}";
}

result<std::string> read_value(json_reader& reader, const graph_limits& limits) {
  switch (reader.peek()) {
    case '{':
      return read_link(reader, limits);
    case '[':
      return errc::invalid_value;
    case '"': {
      auto text = reader.read_string();
      if (!text)
        return errc::invalid_json;
      return std::move(text->canonical);
    }
    case 'n':
      return reader.take("null") ? result<std::string>{"null"} : errc::invalid_json;
    case 't':
      return reader.take("true") ? result<std::string>{"true"} : errc::invalid_json;
    case 'f':
      return reader.take("false") ? result<std::string>{"false"} : errc::invalid_json;
    default:
      break;
  }
  auto number = reader.number();
  if (!number)
    return errc::invalid_value;
  return js_number_text(*number);
}

result<field_value> read_field(json_reader& reader, const graph_limits& limits) {
  auto name = reader.read_string();
  if (!name || !reader.take(':'))
    return errc::invalid_json;
  if (!name->decoded)
    return errc::invalid_field;
  if (auto why = check_field(*name->decoded, limits))
    return why;
  auto value = read_value(reader, limits);
  if (!value)
    return value.error();
  if (value->size() > limits.max_value)
    return errc::value_too_large;
  return field_value{std::move(*name->decoded), std::move(*value)};
}

} // namespace

std::error_code check_soul(std::string_view soul, const graph_limits& limits) {
  return is_name(soul, limits) ? std::error_code{} : errc::invalid_soul;
}

std::error_code check_field(std::string_view field, const graph_limits& limits) {
  return is_name(field, limits) && field != "_" ? std::error_code{} : errc::invalid_field;
}

result<std::string> canonical_value(std::string_view text, const graph_limits& limits) {
  if (text.size() > limits.max_text)
    return errc::text_too_large;
  if (!is_utf8(text))
    return errc::invalid_json;
  json_reader reader{text};
  auto value = read_value(reader, limits);
  if (!value)
    return value;
  if (!reader.at_end())
    return errc::invalid_json;
  if (value->size() > limits.max_value)
    return errc::value_too_large;
  return value;
}

result<std::vector<field_value>> parse_fields(std::string_view text, const graph_limits& limits) {
  if (text.size() > limits.max_text)
    return errc::text_too_large;
  if (!is_utf8(text))
    return errc::invalid_json;
  json_reader reader{text};
  if (!reader.take('{'))
    return errc::not_an_object;
  std::vector<field_value> fields;
  std::unordered_map<std::string, std::size_t> seen;
  if (reader.take('}'))
    return errc::no_fields;
  do {
    auto next = read_field(reader, limits);
    if (!next)
      return next.error();
    auto [where, is_new] = seen.try_emplace(next->field, fields.size());
    if (is_new && fields.size() >= limits.max_fields)
      return errc::too_many_fields;
    if (is_new)
      fields.push_back(std::move(*next));
    else
      fields[where->second] = std::move(*next);
  } while (reader.take(','));
  if (!reader.take('}') || !reader.at_end())
    return errc::invalid_json;
  return fields;
}

} // namespace warren::crdt
