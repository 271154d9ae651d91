#include "transports/swarm/path_finder.hpp"

#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::swarm;
using namespace std::chrono_literals;

namespace {

const candidate relay = relayed_peer{"wss://r", {}};
const candidate direct = endpoint{*ip_address::parse("192.0.2.1"), 1};
const candidate lan = endpoint{*ip_address::parse("10.0.0.1"), 1};

struct finder_fixture {
  test::seeded_random random{7};
  time_point now = time_point{} + 1h;
  path_policy policy;
  path_finder paths;

  /// Fails `where` again and again for `time`; returns how often it was tried.
  int try_for(duration time) {
    auto tries = 0;
    for (auto end = now + time; now < end;) {
      while (auto where = paths.poll(now)) {
        ++tries;
        paths.failed(now, *where, random);
      }
      auto due = paths.poll_timeout();
      if (!due)
        break;
      now = *due;
    }
    return tries;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(path_finder_test, finder_fixture)

BOOST_AUTO_TEST_CASE(only_better_ways_than_the_one_in_use_are_tried) {
  paths.on_path(now, direct);
  paths.found(now, relay);
  BOOST_TEST(!paths.poll(now).has_value());
  BOOST_TEST(!paths.poll_timeout().has_value());
  paths.found(now, lan);
  BOOST_TEST((paths.poll(now) == lan));
  BOOST_TEST(!paths.poll(now).has_value());
  paths.on_path(now, lan);
  BOOST_TEST(!paths.poll_timeout().has_value());
}

BOOST_AUTO_TEST_CASE(after_a_change_of_network_what_failed_is_tried_at_once_and_what_hangs_a_second_time) {
  paths.on_path(now, relay);
  paths.found(now, direct);
  try_for(1h);
  BOOST_TEST(!paths.poll(now - 1ms).has_value());
  paths.network_changed(now);
  BOOST_TEST((paths.poll(now) == direct));
  BOOST_TEST(!paths.poll(now).has_value()); // under way
  paths.network_changed(now);
  BOOST_TEST((paths.poll(now) == direct));
  BOOST_TEST(!paths.poll(now).has_value()); // the relay carries the connection
  paths.network_changed(now);
  paths.want(now);
  BOOST_TEST(paths.poll(now).has_value());
  BOOST_TEST(paths.poll(now).has_value());
  BOOST_TEST(!paths.poll(now).has_value());
}

BOOST_AUTO_TEST_CASE(a_better_way_that_fails_is_tried_ever_less_often_but_for_ever) {
  paths.on_path(now, relay);
  paths.found(now, direct);
  auto in_an_hour = try_for(1h);
  BOOST_TEST(in_an_hour > 12);
  BOOST_TEST(in_an_hour < 40);
}

BOOST_AUTO_TEST_CASE(when_the_path_is_in_doubt_all_are_tried_at_once_and_soon_again) {
  for (const auto& each : {relay, direct, lan})
    paths.found(now, each);
  paths.on_path(now, direct);
  paths.want(now);
  BOOST_TEST(try_for(1ms) == 3);
  BOOST_TEST((now - time_point{} - 1h <= policy.first_retry));
  BOOST_TEST(try_for(1min) > 3 * 10);
}

BOOST_AUTO_TEST_CASE(a_path_that_failed_in_use_must_earn_its_way_back) {
  paths.on_path(now, direct);
  paths.found(now, relay);
  duration waited{};
  for (auto round = 0; round < 4; ++round) {
    if (round % 2 == 0)
      paths.want(now);
    paths.on_path(now, relay); // a standby takes over without being asked for
    BOOST_TEST(!paths.poll(now).has_value());
    auto due = paths.poll_timeout();
    BOOST_REQUIRE(due.has_value());
    BOOST_TEST((*due - now >= policy.first_upgrade_retry));
    BOOST_TEST((*due - now > waited));
    waited = *due - now;
    now = *due;
    BOOST_TEST((paths.poll(now) == direct));
    paths.on_path(now, direct);
  }
  // It has been stable since: trusted as at first.
  now += policy.stable_after;
  paths.want(now);
  paths.on_path(now, relay);
  BOOST_TEST((*paths.poll_timeout() - now == policy.first_upgrade_retry));
}

BOOST_AUTO_TEST_CASE(a_candidate_under_way_is_not_tried_twice_and_candidates_are_bounded) {
  for (std::uint16_t port = 1; port <= 100; ++port)
    paths.found(now, endpoint{*ip_address::parse("192.0.2.1"), port});
  paths.want(now);
  std::size_t tries = 0;
  while (paths.poll(now))
    ++tries;
  BOOST_TEST(tries == policy.max_candidates);
  BOOST_TEST(!paths.poll_timeout().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
