#include "tests/sim/crdt/replica_net.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

namespace {

void fill(replica_net& net, std::size_t host, int nodes, const std::string& prefix) {
  for (int i = 0; i < nodes; ++i)
    net.put(host, prefix + std::to_string(i), R"({"a":1,"b":"text"})");
  net.run_for(100ms);
}

} // namespace

BOOST_AUTO_TEST_SUITE(replica_net_)

BOOST_AUTO_TEST_CASE(a_new_peer_gets_everything_and_gives_what_it_has) {
  replica_net net{1, 2};
  fill(net, 0, 500, "x");
  fill(net, 1, 300, "y");
  net.link(0, 1);
  net.run_until_converged(10s);
  BOOST_TEST(net.host(0).engine.count() == 1600);
  BOOST_TEST(net.items == 1600);
  BOOST_TEST(net.repeats == 0);
}

BOOST_AUTO_TEST_CASE(a_new_item_reaches_peers_of_peers_within_milliseconds) {
  replica_net net{2, 4};
  net.link(0, 1);
  net.link(1, 2);
  net.link(2, 3);
  net.run_for(1s);
  net.put(0, "s", R"({"f":1})");
  net.run_for(6ms); // it is on disk
  auto took = net.run_until_converged(1s);
  BOOST_TEST(
      took.count()
      <= std::chrono::nanoseconds{200ms}.count()); // virtual: three hops of 20 ms, disks and batching
  BOOST_TEST(net.items == 3);
}

BOOST_AUTO_TEST_CASE(each_item_crosses_a_link_at_most_once_each_way) {
  replica_net net{3, 3};
  net.link_all();
  for (int i = 0; i < 200; ++i) {
    net.put(i % 3, "s" + std::to_string(i), R"({"f":1,"g":2})");
    net.run_for(duration{net.random().below(3'000'000)});
  }
  net.run_until_converged(5s);
  BOOST_TEST(net.repeats == 0);
  // Two links would do for an item; the third carries it at most once each way.
  BOOST_TEST(net.items <= 400u * 4);
}

BOOST_AUTO_TEST_CASE(several_sources_share_the_work_of_filling_a_newcomer) {
  replica_net net{4, 3};
  net.link(0, 1);
  fill(net, 0, 2000, "x");
  net.run_for(10s);
  BOOST_TEST((net.host(0).engine.digest() == net.host(1).engine.digest()));
  auto before = net.items;
  auto sent = [&](std::size_t i) { return net.host(i).machine.stats().sync.items_out; };
  auto first = sent(0);
  auto second = sent(1);
  net.link(0, 2);
  net.link(1, 2);
  net.run_until_converged(10s);
  BOOST_TEST(net.items - before == 4000); // nothing was fetched twice
  BOOST_TEST(sent(0) - first > 1000);
  BOOST_TEST(sent(1) - second > 1000);
}

BOOST_AUTO_TEST_CASE(a_source_that_goes_away_is_replaced_by_the_other) {
  replica_net net{5, 3};
  net.link(0, 1);
  fill(net, 0, 3000, "x");
  net.run_for(10s);
  net.link(0, 2);
  net.link(1, 2);
  net.run_for(150ms);
  BOOST_TEST(net.host(2).engine.count() < 6000);
  net.cut(0, 2);
  net.run_for(5s);
  BOOST_TEST(net.host(2).engine.count() == 6000);
}

BOOST_AUTO_TEST_CASE(a_slow_peer_is_cut_off_from_live_items_and_catches_up_by_listing) {
  crdt::replica_limits limits;
  limits.sync.max_live_queue = 100;
  limits.sync.max_in_flight = 2000;
  net_quality slow;
  slow.bytes_per_ms = 5;
  replica_net net{6, 2, limits, slow};
  net.link(0, 1);
  net.run_for(1s);
  fill(net, 0, 1000, "x");
  net.run_until_converged(300s);
  BOOST_TEST(net.host(0).machine.stats().sync.live_overflows > 0);
  BOOST_TEST(net.host(1).machine.stats().sync.listings > 0);
}

BOOST_AUTO_TEST_CASE(equal_sets_are_compared_again_and_not_listed) {
  replica_net net{7, 2};
  fill(net, 0, 100, "x");
  net.link(0, 1);
  net.run_until_converged(10s);
  auto listings = net.host(0).machine.stats().sync.listings + net.host(1).machine.stats().sync.listings;
  auto messages = net.messages;
  net.run_for(10min);
  BOOST_TEST(
      net.host(0).machine.stats().sync.listings + net.host(1).machine.stats().sync.listings == listings);
  BOOST_TEST(net.messages - messages >= 16);
  BOOST_TEST(net.messages - messages <= 28); // a summary from each side every 45 to 75 s
}

BOOST_AUTO_TEST_CASE(what_a_failed_disk_refused_is_fetched_at_a_later_listing) {
  replica_net net{8, 2};
  net.link(0, 1);
  net.run_for(1s);
  net.disk_failure(0.5);
  for (int i = 0; i < 100; ++i) {
    net.put(i % 2, "s" + std::to_string(i), R"({"f":1})");
    net.run_for(20ms);
  }
  net.disk_failure(0);
  net.run_until_converged(5min);
  BOOST_TEST(net.host(0).machine.stats().transactions_failed > 0);
}

BOOST_AUTO_TEST_CASE(a_clock_slightly_ahead_delays_its_writes_elsewhere_and_one_far_ahead_stops_them) {
  replica_net net{9, 3};
  net.skew(1, 500);
  net.skew(2, 86'400'000);
  net.link_all();
  net.run_for(1s);
  net.put(1, "soon", R"({"f":1})");
  net.put(2, "never", R"({"f":1})");
  net.run_for(300ms);
  BOOST_TEST(!net.host(0).engine.node("soon"));
  net.run_for(1s);
  BOOST_TEST(net.host(0).engine.node("soon").has_value());
  net.run_for(5min);
  BOOST_TEST(!net.host(0).engine.node("never"));
  BOOST_TEST(net.host(0).machine.stats().refused.far_future > 0);
  net.host(0).check_disk();
}

BOOST_AUTO_TEST_SUITE_END()
