#include "tests/support/sim_network.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <vector>

using namespace std::chrono_literals;
using warren::byte_view;
using warren::endpoint;
using warren::time_point;
using warren::test::link_quality;
using warren::test::sim_network;

namespace {

const auto alice = *endpoint::parse("10.0.0.1:1000");
const auto bob = *endpoint::parse("10.0.0.2:2000");

/// Sends `count` numbered datagrams one millisecond apart and returns the numbers in order of arrival.
std::vector<int> arrivals(std::uint64_t seed, const link_quality& quality, int count) {
  sim_network network{seed};
  network.link_both(alice, bob, quality);
  std::vector<int> result;
  network.attach(bob, [&](time_point, const endpoint& from, byte_view payload) {
    BOOST_TEST((from == alice));
    result.push_back(std::to_integer<int>(payload[0]) * 256 + std::to_integer<int>(payload[1]));
  });
  for (int i = 0; i < count; ++i)
    network.at(network.now() + i * 1ms, [&network, i](time_point) {
      network.send(alice, bob, std::array{std::byte(i / 256), std::byte(i % 256)});
    });
  network.run_for(1min);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sim_network_test)

BOOST_AUTO_TEST_CASE(a_clean_link_delivers_everything_in_order_after_its_latency) {
  std::vector<int> expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  BOOST_TEST(arrivals(1, {}, 1000) == expected, boost::test_tools::per_element());
  sim_network network{1};
  network.default_link({.latency = 30ms});
  time_point arrived;
  network.attach(bob, [&](time_point now, const endpoint&, byte_view) { arrived = now; });
  auto start = network.now();
  network.send(alice, bob, {});
  network.run_for(1s);
  BOOST_TEST((arrived - start == 30ms));
  BOOST_TEST((network.now() - start == 1s));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_run_and_another_seed_another) {
  link_quality bad{.jitter = 5ms, .loss = 0.1, .duplication = 0.05, .reorder = 0.1};
  BOOST_TEST(arrivals(7, bad, 1000) == arrivals(7, bad, 1000), boost::test_tools::per_element());
  BOOST_TEST((arrivals(7, bad, 1000) != arrivals(8, bad, 1000)));
}

BOOST_AUTO_TEST_CASE(loss_duplication_and_reordering_happen_about_as_often_as_asked) {
  auto lossy = arrivals(3, {.loss = 0.1}, 2000);
  BOOST_TEST(lossy.size() > 1700u);
  BOOST_TEST(lossy.size() < 1900u);
  auto doubled = arrivals(3, {.duplication = 0.1}, 2000);
  BOOST_TEST(doubled.size() > 2100u);
  BOOST_TEST(doubled.size() < 2300u);
  auto shuffled = arrivals(3, {.reorder = 0.1}, 2000);
  BOOST_TEST(shuffled.size() == 2000u);
  BOOST_TEST(!std::is_sorted(shuffled.begin(), shuffled.end()));
}

BOOST_AUTO_TEST_CASE(a_slow_link_spreads_datagrams_out_and_drops_what_its_queue_cannot_hold) {
  sim_network network{1};
  network.link(alice, bob, {.latency = 0ms, .bytes_per_second = 1000, .queue_bytes = 500});
  std::vector<time_point> times;
  network.attach(bob, [&](time_point now, const endpoint&, byte_view) { times.push_back(now); });
  for (int i = 0; i < 10; ++i)
    network.send(alice, bob, std::array<std::byte, 100>{});
  network.run_for(10s);
  BOOST_REQUIRE(times.size() == 5u);
  BOOST_TEST((times[4] - times[0] == 400ms));
  BOOST_TEST(network.stats().queue_full == 5u);
}

BOOST_AUTO_TEST_CASE(too_large_datagrams_and_those_to_nobody_are_counted_and_dropped) {
  sim_network network{1};
  network.default_link({.mtu = 1200});
  network.send(alice, bob, std::array<std::byte, 1201>{});
  network.send(alice, bob, std::array<std::byte, 1200>{});
  network.run_for(1s);
  BOOST_TEST(network.stats().too_large == 1u);
  BOOST_TEST(network.stats().nobody_there == 1u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_action_does_not_run) {
  sim_network network{1};
  bool ran = false;
  auto timer = network.at(network.now() + 1s, [&](time_point) { ran = true; });
  network.cancel(timer);
  network.run_for(2s);
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_SUITE_END()
