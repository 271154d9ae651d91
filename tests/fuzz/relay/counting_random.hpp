#pragma once

#include "messages/random_source.hpp"

namespace warren::test {

/// Octets that count up: the same in every run.
class counting_random final : public random_source {
public:
  void fill(std::span<std::byte> out) override {
    for (auto& octet : out)
      octet = static_cast<std::byte>(next_++);
  }

private:
  unsigned next_ = 0;
};

} // namespace warren::test
