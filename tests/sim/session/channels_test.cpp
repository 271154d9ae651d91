#include "tests/sim/session/pair.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

BOOST_AUTO_TEST_SUITE(session_channels)

BOOST_AUTO_TEST_CASE(messages_of_any_size_arrive_whole_and_in_order) {
  pair p;
  p.start();
  p.settle();
  auto t = p.open_topic();
  std::vector<bytes> sent;
  for (std::size_t size : {0u, 1u, 100u, 65514u, 65536u, 1u << 20, 16u << 20, 5u, 0u}) {
    sent.push_back(p.noise(size));
    while (p.ends[0].session->write(p.channel(0, t), sent.back()))
      p.settle();
  }
  p.settle();
  BOOST_TEST((p.ends[1].messages[p.channel(1, t)] == sent));
}

BOOST_AUTO_TEST_SUITE_END()
