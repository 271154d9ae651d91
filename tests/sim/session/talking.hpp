#pragma once

#include "tests/sim/session/pair.hpp"

namespace warren::test {

/// A pair that writes on one topic and knows what must have arrived.
struct talking : pair {
  topic subject;
  std::vector<bytes> sent[2];

  explicit talking(std::uint64_t seed = 1) : pair{seed} {
    start();
    settle();
    subject = open_topic();
  }

  void write(std::size_t end, std::size_t size) {
    sent[end].push_back(noise(size));
    auto refused = ends[end].session->write(channel(end, subject), sent[end].back());
    BOOST_REQUIRE_MESSAGE(
        !refused, refused.message() << (ends[end].end ? ": " + ends[end].end->why.message() : std::string{}));
  }

  void check_everything_arrived_once() {
    for (std::size_t end : {0, 1}) {
      BOOST_REQUIRE(!ends[end].end);
      BOOST_REQUIRE((ends[end].messages[channel(end, subject)] == sent[1 - end]));
    }
  }
};

} // namespace warren::test
