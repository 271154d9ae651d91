#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/bootstrap.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::dht::bootstrap_schedule;
using warren::test::seeded_random;
using warren::test::start;

BOOST_AUTO_TEST_SUITE(bootstrap_test)

BOOST_AUTO_TEST_CASE(failed_attempts_are_repeated_with_doubling_jittered_waits_up_to_the_longest) {
  seeded_random random{1};
  bootstrap_schedule schedule{1s, 60s};
  BOOST_TEST(!schedule.seeking());
  auto now = start;
  warren::duration nominal = 1s;
  for (int attempt = 0; attempt < 10; ++attempt) {
    schedule.on_start();
    BOOST_TEST(schedule.running());
    BOOST_TEST(!schedule.poll_timeout());
    schedule.on_failure(now, random);
    BOOST_TEST(schedule.seeking());
    auto wait = *schedule.poll_timeout() - now;
    BOOST_TEST((wait <= nominal && wait > nominal / 2));
    BOOST_TEST(!schedule.due(now));
    now = *schedule.poll_timeout();
    BOOST_TEST(schedule.due(now));
    nominal = std::min<warren::duration>(2 * nominal, 60s);
  }
  schedule.on_start();
  schedule.on_success();
  BOOST_TEST(!schedule.seeking());
  BOOST_TEST(schedule.settled());
  BOOST_TEST(!schedule.poll_timeout());
  schedule.on_start();
  schedule.on_failure(now, random);
  BOOST_TEST((*schedule.poll_timeout() - now <= 1s), "waits start anew after a success");
}

BOOST_AUTO_TEST_SUITE_END()
