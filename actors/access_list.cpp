#include "actors/access_list.hpp"

#include <fstream>

namespace warren {

namespace {

std::string trimmed(const std::string& line) {
  auto first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos)
    return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

} // namespace

std::variant<access_list, std::string> access_list::load(const std::string& file) {
  std::ifstream in{file};
  if (!in)
    return "cannot read " + file;
  access_list result;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    auto text = trimmed(line);
    if (text.empty() || text.front() == '#')
      continue;
    auto peer = peer_id::parse(text);
    if (!peer)
      return file + " line " + std::to_string(number) + ": \"" + text
             + "\" is not a peer id (52 z-base-32 characters or 64 hexadecimal digits)";
    result.peers_.insert(*peer);
  }
  return result;
}

} // namespace warren
