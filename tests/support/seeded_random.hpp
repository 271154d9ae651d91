#pragma once

#include "messages/random_source.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

namespace warren::test {

/// Deterministic randomness for tests. Says its seed in the report of any check that fails while it lives.
class seeded_random final : public random_source {
public:
  explicit seeded_random(std::uint64_t seed) : engine_{seed} { BOOST_TEST_MESSAGE("seed " << seed); }

  void fill(std::span<std::byte> out) override {
    for (auto& octet : out)
      octet = static_cast<std::byte>(engine_());
  }

private:
  std::mt19937_64 engine_;
};

} // namespace warren::test
