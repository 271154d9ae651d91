#pragma once

#include <nlohmann/json.hpp>

#include <cstdio>
#include <mutex>
#include <string>

namespace warren::program {

using json = nlohmann::ordered_json;

/// Prints what a command has to say: one JSON object per line, or a line for people when that is a terminal and JSON was
/// not asked for. Safe for any number of threads; each line is flushed, since scripts wait for it.
class output {
public:
  explicit output(bool json_wanted, std::FILE* to = stdout);

  /// Prints one event, such as {"event": "ready", ...}.
  void event(const json& what);

private:
  std::FILE* to_;
  bool json_;
  std::mutex mutex_;
};

/// Returns what to say when standard output could not be written, for the reason `error` (errno).
std::string output_problem(int error);

/// Returns `value` as JSON text on one line; octets that are no UTF-8 are replaced.
std::string to_line(const json& value);

} // namespace warren::program
