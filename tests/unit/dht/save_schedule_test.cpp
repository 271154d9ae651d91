#include "transports/dht/save_schedule.hpp"

#include "tests/unit/dht/nodes.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::dht::save_schedule;
using warren::test::start;

BOOST_AUTO_TEST_SUITE(save_schedule_test)

BOOST_AUTO_TEST_CASE(a_table_is_saved_soon_after_the_start_and_then_ever_less_often) {
  save_schedule schedule{start};
  BOOST_TEST(!schedule.due(start));
  auto now = start;
  std::vector<long> waits;
  for (int i = 0; i < 12; ++i) {
    waits.push_back((schedule.next() - now) / 1s);
    now = schedule.next();
    BOOST_TEST(schedule.due(now));
    schedule.saved(now);
    BOOST_TEST(!schedule.due(now));
  }
  BOOST_TEST(
      waits == (std::vector<long>{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
