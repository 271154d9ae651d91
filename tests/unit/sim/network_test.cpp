#include "tests/sim/network/machine_host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <vector>

using namespace std::chrono_literals;
using warren::byte_view;
using warren::endpoint;
using warren::time_point;
using warren::sim::link_quality;
using warren::sim::network;

namespace {

const auto alice = *endpoint::parse("10.0.0.1:1000");
const auto bob = *endpoint::parse("10.0.0.2:2000");

/// Sends `count` numbered datagrams one millisecond apart and returns the numbers in order of arrival.
std::vector<int> arrivals(std::uint64_t seed, const link_quality& quality, int count) {
  network net{seed};
  net.link_both(alice, bob, quality);
  std::vector<int> result;
  net.attach(bob, [&](time_point, const endpoint& from, byte_view payload) {
    BOOST_TEST((from == alice));
    result.push_back(std::to_integer<int>(payload[0]) * 256 + std::to_integer<int>(payload[1]));
  });
  for (int i = 0; i < count; ++i)
    net.at(net.now() + i * 1ms, [&net, i](time_point) {
      net.send(alice, bob, std::array{std::byte(i / 256), std::byte(i % 256)});
    });
  net.run_for(1min);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(network_test)

BOOST_AUTO_TEST_CASE(a_clean_link_delivers_everything_in_order_after_its_latency) {
  std::vector<int> expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  BOOST_TEST(arrivals(1, {}, 1000) == expected, boost::test_tools::per_element());
  network net{1};
  net.default_link({.latency = 30ms});
  time_point arrived;
  net.attach(bob, [&](time_point now, const endpoint&, byte_view) { arrived = now; });
  auto start = net.now();
  net.send(alice, bob, {});
  net.run_for(1s);
  BOOST_TEST((arrived - start == 30ms));
  BOOST_TEST((net.now() - start == 1s));
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
  network net{1};
  net.link(alice, bob, {.latency = 0ms, .bytes_per_second = 1000, .queue_bytes = 500});
  std::vector<time_point> times;
  net.attach(bob, [&](time_point now, const endpoint&, byte_view) { times.push_back(now); });
  for (int i = 0; i < 10; ++i)
    net.send(alice, bob, std::array<std::byte, 100>{});
  net.run_for(10s);
  BOOST_REQUIRE(times.size() == 5u);
  BOOST_TEST((times[4] - times[0] == 400ms));
  BOOST_TEST(net.stats().queue_full == 5u);
}

BOOST_AUTO_TEST_CASE(too_large_datagrams_and_those_to_nobody_are_counted_and_dropped) {
  network net{1};
  net.default_link({.mtu = 1200});
  net.send(alice, bob, std::array<std::byte, 1201>{});
  net.send(alice, bob, std::array<std::byte, 1200>{});
  net.run_for(1s);
  BOOST_TEST(net.stats().too_large == 1u);
  BOOST_TEST(net.stats().nobody_there == 1u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_action_does_not_run) {
  network net{1};
  bool ran = false;
  auto timer = net.at(net.now() + 1s, [&](time_point) { ran = true; });
  net.cancel(timer);
  net.run_for(2s);
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(a_deadline_moves_both_ways_and_fires_once) {
  struct sleeper : warren::sim::host {
    void on_datagram(time_point, const endpoint&, byte_view) override {}
    void on_deadline(time_point now) override { fired.push_back(now); }
    std::vector<time_point> fired;
  };
  network net{1};
  sleeper who;
  auto id = net.attach(alice, who);
  auto start = net.now();
  net.arm(id, start + 10s);
  net.arm(id, start + 5s);
  net.arm(id, start + 7s);
  net.run_for(1min);
  BOOST_REQUIRE(who.fired.size() == 1u);
  BOOST_TEST((who.fired[0] - start == 7s));
  net.arm(id, start + 2min);
  net.detach(id);
  net.attach(alice, who);
  net.run_for(5min);
  BOOST_TEST(who.fired.size() == 1u);
}

BOOST_AUTO_TEST_CASE(with_a_spread_paths_differ_but_each_stays_as_it_is) {
  network net{1};
  net.default_link({.latency = 50ms, .spread = 0.6});
  std::vector<warren::duration> delays;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    time_point arrived;
    endpoint there{bob.address, port};
    net.attach(there, [&](time_point now, const endpoint&, byte_view) { arrived = now; });
    for (int i = 0; i < 2; ++i) {
      auto start = net.now();
      net.send(alice, there, {});
      net.run_for(10s);
      if (i == 1)
        BOOST_TEST((delays.back() == arrived - start));
      else
        delays.push_back(arrived - start);
    }
  }
  std::sort(delays.begin(), delays.end());
  BOOST_TEST((delays[500] > 45ms && delays[500] < 55ms));
  // The tenth and ninetieth percentile of a log-normal distribution lie 1.28 sigma from its median.
  BOOST_TEST((delays[100] > 19ms && delays[100] < 27ms));
  BOOST_TEST((delays[900] > 95ms && delays[900] < 125ms));
}

BOOST_AUTO_TEST_CASE(a_run_without_end_is_stopped_at_the_bound) {
  network net{1};
  std::function<void(time_point)> again = [&](time_point now) { net.at(now + 1ms, again); };
  net.at(net.now(), again);
  BOOST_CHECK_THROW(net.run_for(1min, 100), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_memory_of_datagrams_is_used_again) {
  network net{1};
  for (int i = 0; i < 1000; ++i) {
    for (std::size_t size : {0u, 100u, 129u, 1500u, 65'507u})
      net.send(alice, bob, std::vector<std::byte>(size));
    net.run_for(1s);
  }
  BOOST_TEST(net.datagram_memory() <= 2u * 1024 * 1024);
  BOOST_TEST(net.stats().nobody_there == 5000u);
}

BOOST_AUTO_TEST_SUITE_END()
