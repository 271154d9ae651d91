#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>

namespace warren::test {

inline std::uint64_t from_environment(const std::string& name, std::uint64_t otherwise) {
  auto value = std::getenv(name.c_str());
  return value ? std::stoull(value) : otherwise;
}

/// Calls `run` with each seed from 1 to `seeds`. A failure names its seed; NAME_SEED in the environment runs that one alone,
/// NAME_SEEDS so many, beginning with NAME_FIRST_SEED. Returns how many ran.
template <class Run>
std::uint64_t for_each_seed(const std::string& name, std::uint64_t seeds, Run run) {
  auto only = from_environment(name + "_SEED", 0);
  auto first = only > 0 ? only : from_environment(name + "_FIRST_SEED", 1);
  auto count = only > 0 ? 1 : from_environment(name + "_SEEDS", seeds);
  for (auto seed = first; seed < first + count; ++seed)
    BOOST_TEST_CONTEXT("seed " << seed) {
      try {
        run(seed);
      } catch (const std::exception& e) {
        BOOST_ERROR(e.what());
      }
    }
  return count;
}

} // namespace warren::test
