#pragma once

#include "messages/database.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace warren::program {

/// Longest line of an import, in octets.
constexpr std::size_t longest_line = 2 * 1024 * 1024;

/// One line of NDJSON as an import takes it.
struct record {
  std::optional<put_fields> put;
  std::string problem; // why there is none
};

/// Returns the record written in `line`: {"soul": text, "fields": {...}}; other members are ignored. So
/// are an export's states: what is imported counts as written now.
record parse_record(std::string_view line);

/// Cuts a stream of octets into lines.
class line_splitter {
public:
  void append(std::string_view part);

  /// Returns the next whole line without its end, or nothing. Valid until the next append.
  std::optional<std::string_view> next();

  /// Returns what follows the last line break.
  std::string_view rest() const;

  /// True when the line under way is longer than longest_line.
  bool too_long() const { return rest().size() > longest_line; }

private:
  std::string text_;
  std::size_t taken_ = 0;
};

} // namespace warren::program
