#pragma once

#include "tests/sim/session/pair.hpp"

namespace warren::test {

/// A pair that writes on one topic and knows what must have arrived.
struct talking : pair {
  topic subject;
  std::vector<bytes> sent[2];

  explicit talking(std::uint64_t seed = 1, const limits& chosen = {}) : pair{seed} {
    bounds = chosen;
    start();
    settle();
    subject = open_topic();
  }

  noise_session& at(std::size_t end) { return *ends[end].session; }

  void write(std::size_t end, std::size_t size) {
    sent[end].push_back(noise(size));
    auto refused = at(end).write(channel(end, subject), sent[end].back());
    BOOST_REQUIRE_MESSAGE(
        !refused, refused.message() << (ends[end].end ? ": " + ends[end].end->why.message() : std::string{}));
  }

  std::size_t received(std::size_t end) { return ends[end].messages[channel(end, subject)].size(); }

  /// The same after the end.
  void check_all_was_received_once() {
    for (std::size_t end : {0, 1})
      BOOST_REQUIRE((ends[end].messages[channel(end, subject)] == sent[1 - end]));
  }

  void check_everything_arrived_once() {
    for (const auto& end : ends)
      BOOST_REQUIRE(!end.end);
    check_all_was_received_once();
  }
};

} // namespace warren::test
