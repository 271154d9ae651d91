#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/peer_store.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::seeded_random;
using warren::test::start;
namespace dht = warren::dht;

namespace {

dht::info_hash topic_of(int n) {
  return {warren::test::id_of({n / 256, n % 256}).octets};
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_store_test)

BOOST_AUTO_TEST_CASE(an_announced_peer_is_returned_once_until_it_expires) {
  seeded_random random{1};
  dht::peer_store store{{}, false};
  BOOST_TEST(store.add(start, topic_of(1), endpoint_of(1)));
  BOOST_TEST(store.add(start + 10min, topic_of(1), endpoint_of(1)));
  BOOST_TEST(store.peers() == 1u);
  BOOST_TEST((store.get(start + 39min, topic_of(1), 50, random) == std::vector{endpoint_of(1)}));
  BOOST_TEST(store.get(start + 40min, topic_of(1), 50, random).empty());
  BOOST_TEST(store.get(start, topic_of(2), 50, random).empty());
  store.expire(start + 40min);
  BOOST_TEST(store.peers() == 0u);
  BOOST_TEST(store.topics() == 0u);
}

BOOST_AUTO_TEST_CASE(more_peers_than_fit_give_a_random_choice_without_repetition) {
  seeded_random random{2};
  dht::peer_store store{{}, false};
  for (std::size_t i = 0; i < 300; ++i)
    store.add(start, topic_of(1), endpoint_of(i));
  std::set<endpoint> seen;
  for (int round = 0; round < 50; ++round) {
    auto some = store.get(start, topic_of(1), 50, random);
    std::set<endpoint> distinct{some.begin(), some.end()};
    BOOST_TEST(distinct.size() == 50u);
    seen.merge(distinct);
  }
  BOOST_TEST(seen.size() > 290u);
}

BOOST_AUTO_TEST_CASE(a_full_topic_drops_the_peer_that_expires_first) {
  seeded_random random{3};
  dht::peer_store store{{.peers_per_topic = 3}, false};
  for (std::size_t i = 0; i < 4; ++i)
    store.add(start + i * 1s, topic_of(1), endpoint_of(i));
  auto held = store.get(start, topic_of(1), 10, random);
  BOOST_TEST(
      (std::set<endpoint>{held.begin(), held.end()}
       == std::set{endpoint_of(1), endpoint_of(2), endpoint_of(3)}));
  BOOST_TEST(store.peers() == 3u);
}

BOOST_AUTO_TEST_CASE(a_full_store_drops_the_topic_with_the_fewest_peers) {
  seeded_random random{4};
  dht::peer_store store{{.topics = 3}, false};
  for (int topic = 1; topic <= 3; ++topic)
    for (int i = 0; i < (topic == 2 ? 1 : 2); ++i)
      store.add(start, topic_of(topic), endpoint_of(static_cast<std::size_t>(topic * 10 + i)));
  store.add(start, topic_of(4), endpoint_of(99));
  BOOST_TEST(store.topics() == 3u);
  BOOST_TEST(store.get(start, topic_of(2), 10, random).empty());
  BOOST_TEST(store.get(start, topic_of(4), 10, random).size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_address_holds_a_bounded_number_of_announcements) {
  dht::peer_store store{{.peers_per_address = 5}, false};
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(store.add(start, topic_of(i), endpoint_of(1)));
  BOOST_TEST(!store.add(start, topic_of(9), endpoint_of(1)));
  BOOST_TEST(store.add(start, topic_of(0), endpoint_of(1)), "prolonging is no new announcement");
  BOOST_TEST(store.add(start, topic_of(9), endpoint_of(2)));
  store.expire(start + 1h);
  BOOST_TEST(store.add(start + 1h, topic_of(9), endpoint_of(1)));
}

BOOST_AUTO_TEST_CASE(an_ipv6_64_holds_what_one_address_may_hold) {
  dht::peer_store store{{.peers_per_address = 5}, false};
  for (int i = 0; i < 20; ++i) {
    auto peer = *endpoint::parse("[2001:db8:1:1::" + std::to_string(i) + "]:6881");
    BOOST_TEST(store.add(start, topic_of(i), peer) == (i < 5));
  }
  BOOST_TEST(store.add(start, topic_of(0), *endpoint::parse("[2001:db8:1:2::1]:6881")));
}

BOOST_AUTO_TEST_CASE(two_addresses_do_not_own_a_topic) {
  seeded_random random{5};
  dht::peer_store store{{.peers_per_topic = 40}, false};
  std::set<endpoint> honest;
  for (std::size_t i = 0; i < 30; ++i) {
    store.add(start, topic_of(1), endpoint_of(i));
    honest.insert(endpoint_of(i));
  }
  for (std::uint16_t port = 1; port <= 256; ++port)
    for (std::size_t i = 100; i < 102; ++i)
      store.add(start + 1s, topic_of(1), {endpoint_of(i).address, port});
  auto held = store.get(start, topic_of(1), 500, random);
  BOOST_TEST(held.size() == 40u);
  BOOST_TEST(
      std::count_if(held.begin(), held.end(), [&](const auto& peer) { return honest.contains(peer); }) >= 24);
  BOOST_TEST(
      std::count(held.begin(), held.end(), endpoint{endpoint_of(100).address, 256}) == 1, "the latest");
  for (std::size_t i = 30; i < 60; ++i) {
    store.add(start + 2s, topic_of(1), endpoint_of(i));
    honest.insert(endpoint_of(i));
  }
  held = store.get(start, topic_of(1), 500, random);
  BOOST_TEST(
      std::count_if(held.begin(), held.end(), [&](const auto& peer) { return honest.contains(peer); }) >= 38);
}

BOOST_AUTO_TEST_CASE(many_peers_of_a_topic_share_an_address_only_where_addresses_may_be_shared) {
  seeded_random random{6};
  for (auto [host, allow, most] :
       {std::tuple{"127.0.0.1", false, 50u},
        {"10.0.0.1", true, 50u},
        {"10.0.0.1", false, 8u},
        {"20.0.0.1", true, 8u}}) {
    dht::peer_store store{{}, allow};
    for (std::uint16_t port = 1; port <= 50; ++port)
      BOOST_TEST(store.add(start, topic_of(1), {*warren::ip_address::parse(host), port}));
    BOOST_TEST(store.get(start, topic_of(1), 100, random).size() == most, host);
    BOOST_TEST(store.peers() == most);
  }
}

BOOST_AUTO_TEST_CASE(an_address_with_many_topics_drives_out_its_own_and_no_others) {
  seeded_random random{7};
  dht::peer_store store{{.topics = 100}, false};
  for (int i = 0; i < 90; ++i)
    store.add(start, topic_of(i), endpoint_of(static_cast<std::size_t>(i)));
  for (int i = 0; i < 250; ++i) {
    for (std::uint16_t port = 1; port <= (i < 20 ? 8 : 1); ++port)
      store.add(start + 1s, topic_of(1000 + i), {endpoint_of(500).address, port}); // some look larger
    store.add(start + 1s, topic_of(i % 90), {endpoint_of(500).address, 1});
  }
  BOOST_TEST(store.topics() == 100u);
  for (int i = 0; i < 90; ++i)
    BOOST_TEST(!store.get(start, topic_of(i), 10, random).empty(), i);
}

BOOST_AUTO_TEST_SUITE_END()
