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
  dht::peer_store store{{}};
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
  dht::peer_store store{{}};
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
  dht::peer_store store{{.peers_per_topic = 3}};
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
  dht::peer_store store{{.topics = 3}};
  for (int topic = 1; topic <= 3; ++topic)
    for (int i = 0; i < (topic == 2 ? 1 : 2); ++i)
      store.add(start, topic_of(topic), endpoint_of(static_cast<std::size_t>(topic * 10 + i)));
  store.add(start, topic_of(4), endpoint_of(99));
  BOOST_TEST(store.topics() == 3u);
  BOOST_TEST(store.get(start, topic_of(2), 10, random).empty());
  BOOST_TEST(store.get(start, topic_of(4), 10, random).size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_address_holds_a_bounded_number_of_announcements) {
  dht::peer_store store{{.peers_per_address = 5}};
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(store.add(start, topic_of(i), endpoint_of(1)));
  BOOST_TEST(!store.add(start, topic_of(9), endpoint_of(1)));
  BOOST_TEST(store.add(start, topic_of(0), endpoint_of(1)), "prolonging is no new announcement");
  BOOST_TEST(store.add(start, topic_of(9), endpoint_of(2)));
  store.expire(start + 1h);
  BOOST_TEST(store.add(start + 1h, topic_of(9), endpoint_of(1)));
}

BOOST_AUTO_TEST_SUITE_END()
