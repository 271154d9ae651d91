#include "tools/warren/api/record.hpp"

#include "tools/warren/output.hpp"

namespace warren::program {

namespace {

/// Deepest nesting of a line: the record, its fields, a link. A little more, so that the replicator names what is wrong.
constexpr std::size_t deepest = 8;

/// Returns true when `line` nests no deeper than that. The JSON library would use one stack frame per level.
bool is_shallow(std::string_view line) {
  std::size_t depth = 0;
  auto in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto c = line[i];
    if (in_text && c == '\\')
      ++i;
    else if (c == '"')
      in_text = !in_text;
    else if (!in_text && (c == '{' || c == '[') && ++depth > deepest)
      return false;
    else if (!in_text && (c == '}' || c == ']') && depth > 0)
      --depth;
  }
  return true;
}

} // namespace

record parse_record(std::string_view line) {
  if (!is_shallow(line))
    return {std::nullopt, "nested too deeply"};
  auto value = json::parse(line, nullptr, false);
  if (value.is_discarded() || !value.is_object())
    return {std::nullopt, "not a JSON object"};
  auto soul = value.find("soul");
  if (soul == value.end() || !soul->is_string())
    return {std::nullopt, "\"soul\" must be a text"};
  auto fields = value.find("fields");
  if (fields == value.end() || !fields->is_object())
    return {std::nullopt, "\"fields\" must be an object"};
  return {put_fields{soul->get<std::string>(), to_line(*fields)}, {}};
}

void line_splitter::append(std::string_view part) {
  text_.erase(0, taken_);
  taken_ = 0;
  text_ += part;
}

std::optional<std::string_view> line_splitter::next() {
  auto end = text_.find('\n', taken_);
  if (end == std::string::npos)
    return std::nullopt;
  auto line = std::string_view{text_}.substr(taken_, end - taken_);
  taken_ = end + 1;
  return line;
}

std::string_view line_splitter::rest() const {
  return std::string_view{text_}.substr(taken_);
}

} // namespace warren::program
