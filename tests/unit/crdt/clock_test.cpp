#include "crdt_bridge/hybrid_clock.hpp"
#include "crdt_bridge/js_number.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace warren;
using namespace warren::crdt;

BOOST_AUTO_TEST_SUITE(hybrid_clock_)

BOOST_AUTO_TEST_CASE(writes_in_one_millisecond_count_in_999ths) {
  hybrid_clock clock;
  BOOST_TEST(clock.tick({1'795'342'055'233}) == 1'795'342'055'233.0);
  // As seen on the wire, gun.md frame F14.
  BOOST_TEST(js_number_text(clock.tick({1'795'342'055'233})) == "1795342055233.001");
  BOOST_TEST(clock.tick({1'795'342'055'233}) == 1'795'342'055'233 + 2 / 999.0);
  BOOST_TEST(clock.tick({1'795'342'055'234}) == 1'795'342'055'234.0);
}

BOOST_AUTO_TEST_CASE(states_grow_whatever_the_wall_clock_does) {
  hybrid_clock clock;
  double last = 0;
  for (std::int64_t wall : {1000, 1000, 999, 5, 1001, 1001, 2000, 0, 0, 2000, 2001}) {
    auto state = clock.tick({wall});
    BOOST_TEST(state > last);
    last = state;
  }
}

BOOST_AUTO_TEST_CASE(more_writes_than_a_millisecond_holds_run_ahead_and_still_grow) {
  hybrid_clock clock;
  double last = 0;
  for (int i = 0; i < 5000; ++i) {
    auto state = clock.tick({1'795'342'055'233});
    BOOST_REQUIRE(state > last);
    last = state;
  }
  BOOST_TEST(last == 1'795'342'055'233 + 4999 / 999.0);
  BOOST_TEST(clock.tick({1'795'342'055'235}) > last);
}

BOOST_AUTO_TEST_CASE(it_never_falls_behind_a_state_it_saw) {
  hybrid_clock clock;
  clock.observe(5000.25);
  BOOST_TEST(clock.now({1000}) == 5000.25);
  BOOST_TEST(clock.tick({1000}) > 5000.25);
  clock.observe(100);
  BOOST_TEST(clock.tick({1000}) > 5000.25);
  BOOST_TEST(clock.tick({6000}) == 6000);
}

BOOST_AUTO_TEST_CASE(it_grows_even_where_doubles_are_sparse) {
  hybrid_clock clock;
  clock.observe(0x1p60);
  auto first = clock.tick({0});
  BOOST_TEST(first > 0x1p60);
  BOOST_TEST(clock.tick({0}) > first);
}

BOOST_AUTO_TEST_SUITE_END()
