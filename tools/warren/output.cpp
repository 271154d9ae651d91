#include "tools/warren/output.hpp"

#include <unistd.h>

#include <cstring>

namespace warren::program {

namespace {

/// Returns {"event": "ready", "peer_id": "x"} as "ready peer_id=x".
std::string for_people(const json& what) {
  std::string line;
  for (const auto& [name, value] : what.items()) {
    auto text = value.is_string() ? value.get<std::string>() : to_line(value);
    if (!line.empty())
      line += ' ';
    line += name == "event" ? text : name + "=" + text;
  }
  return line;
}

} // namespace

output::output(bool json_wanted, std::FILE* to) : to_{to}, json_{json_wanted || isatty(fileno(to)) == 0} {
}

void output::event(const json& what) {
  auto line = (json_ ? to_line(what) : for_people(what)) + '\n';
  std::lock_guard guard{mutex_};
  std::fwrite(line.data(), 1, line.size(), to_);
  std::fflush(to_);
}

std::string output_problem(int error) {
  // A stream that failed before has forgotten why.
  auto why = error != 0 ? std::string{": "} + std::strerror(error) : std::string{};
  return "standard output cannot be written" + why + "; send it to a file or program that takes it";
}

std::string to_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace warren::program
