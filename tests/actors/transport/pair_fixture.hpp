#pragma once

#include "tests/actors/transport/swarm_fixture.hpp"

namespace warren::test {

/// Two nodes with a channel between them.
struct pair_fixture : swarm_fixture {
  pair_fixture() {
    join(a);
    join(b);
    pass(10s);
    BOOST_REQUIRE(a.subscriber.all<connected>().size() == 1u);
    BOOST_REQUIRE(b.subscriber.all<connected>().size() == 1u);
    at_a = a.subscriber.all<connected>().front();
    at_b = b.subscriber.all<connected>().front();
  }

  void grant(const connected& side, std::uint64_t octets) {
    act::anon_mail(grant_credit{side.key.channel, octets}).send(side.connection);
    pass(0s);
  }

  node a = start(10);
  node b = start(11);
  connected at_a;
  connected at_b;
};

inline chunk text(std::string_view content) {
  return chunk{as_byte_view(content)};
}

} // namespace warren::test
