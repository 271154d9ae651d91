#include "transports/swarm/lookup_schedule.hpp"
#include "transports/swarm/restart_policy.hpp"

#include "tests/support/seeded_random.hpp"

using namespace warren;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(restart_policy_test)

BOOST_AUTO_TEST_CASE(a_child_is_restarted_after_a_growing_wait_until_it_died_too_often) {
  test::seeded_random random{1};
  swarm::restart_limits limits;
  swarm::restart_policy policy{random, limits};
  time_point now{};
  duration longest{};
  for (std::size_t i = 0; i < limits.intensity; ++i) {
    auto wait = policy.on_exit("dht", now);
    BOOST_REQUIRE(wait.has_value());
    BOOST_TEST((*wait >= limits.first_delay / 2));
    BOOST_TEST((*wait <= limits.longest_delay));
    longest = std::max(longest, *wait);
    now += 1s;
  }
  BOOST_TEST((longest > 8 * limits.first_delay));
  BOOST_TEST(!policy.on_exit("dht", now).has_value());
}

BOOST_AUTO_TEST_CASE(one_child_does_not_use_up_the_restarts_of_another) {
  test::seeded_random random{2};
  swarm::restart_policy policy{random};
  time_point now{};
  while (policy.on_exit("dht", now))
    ;
  BOOST_TEST(policy.on_exit("relay", now).has_value());
}

BOOST_AUTO_TEST_CASE(deaths_longer_ago_than_the_period_are_forgiven) {
  test::seeded_random random{3};
  swarm::restart_limits limits;
  swarm::restart_policy policy{random, limits};
  time_point now{};
  for (int i = 0; i < 100; ++i) {
    BOOST_REQUIRE(policy.on_exit("dht", now).has_value());
    now += limits.period / static_cast<int>(limits.intensity);
  }
}

BOOST_AUTO_TEST_CASE(lookups_are_frequent_at_first_and_then_settle) {
  time_point now{};
  swarm::lookup_schedule schedule{now, 60s};
  BOOST_TEST(schedule.due(now));
  std::vector<int> waits;
  for (int i = 0; i < 9; ++i) {
    schedule.done(now);
    waits.push_back(
        static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(schedule.next() - now).count()));
    BOOST_TEST(!schedule.due(now));
    now = schedule.next();
    BOOST_TEST(schedule.due(now));
  }
  auto expected = std::vector{1, 2, 4, 8, 16, 32, 60, 60, 60};
  BOOST_TEST(waits == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
