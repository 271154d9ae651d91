#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>
#include <string>

namespace warren::test {

/// Returns the parsed file `name` of tests/vectors; throws when it cannot be read, so that a lost vector file fails the test.
inline nlohmann::json load_vectors(const std::string& name) {
  auto path = std::string{WARREN_TEST_VECTORS} + "/" + name;
  std::ifstream file{path};
  if (!file)
    throw std::runtime_error{"cannot read " + path};
  return nlohmann::json::parse(file);
}

} // namespace warren::test
