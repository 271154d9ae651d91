#include "tests/sim/session/pair.hpp"

using namespace warren;
using namespace warren::session;
using test::pair;

BOOST_AUTO_TEST_SUITE(session_handshake)

BOOST_AUTO_TEST_CASE(both_sides_learn_who_the_other_is_and_one_of_them_decides) {
  pair p;
  p.start();
  p.settle();
  for (std::size_t end : {0, 1}) {
    auto& e = p.ends[end];
    BOOST_REQUIRE(e.all<established>().size() == 1);
    BOOST_TEST((e.all<established>()[0].peer == p.ids[1 - end]->id()));
    BOOST_TEST(e.all<established>()[0].instance == 100 + 1 - end);
    BOOST_TEST(e.has<admitted>());
    BOOST_TEST(e.session->is_admitted());
  }
  BOOST_TEST(p.ends[0].session->arbiter() != p.ends[1].session->arbiter());
  BOOST_TEST((p.ends[0].session->id() == p.ends[1].session->id()));
}

BOOST_AUTO_TEST_SUITE_END()
