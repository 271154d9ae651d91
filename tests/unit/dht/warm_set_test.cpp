#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/warm_set.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::dht::lookup_id;
using warren::dht::warm_set;
using warren::test::endpoint_of;
using warren::test::start;

namespace {

const warren::dht::info_hash topic{warren::test::id_of({1}).octets};
const warren::dht::info_hash another{warren::test::id_of({2}).octets};

} // namespace

BOOST_AUTO_TEST_SUITE(warm_set_test)

BOOST_AUTO_TEST_CASE(nodes_are_due_every_interval_each_once_until_the_lifetime_is_over) {
  warm_set warm{20s, 60s};
  BOOST_TEST(!warm.poll_timeout());
  warm.add(start, lookup_id{1}, topic, {endpoint_of(1), endpoint_of(2)});
  warm.add(start, lookup_id{2}, topic, {endpoint_of(2), endpoint_of(3)});
  BOOST_TEST((warm.poll_timeout() == start + 20s));
  BOOST_TEST(warm.due(start + 19s).empty());
  BOOST_TEST((warm.due(start + 20s) == std::vector{endpoint_of(1), endpoint_of(2), endpoint_of(3)}));
  BOOST_TEST(warm.due(start + 20s).empty());
  BOOST_TEST((warm.poll_timeout() == start + 40s));
  BOOST_TEST(warm.due(start + 40s).size() == 3u);
  BOOST_TEST(warm.due(start + 60s).empty());
  BOOST_TEST(!warm.poll_timeout());
}

BOOST_AUTO_TEST_CASE(a_cancelled_announce_is_no_longer_kept_warm) {
  warm_set warm{20s, 60s};
  warm.add(start, lookup_id{1}, topic, {endpoint_of(1)});
  warm.remove(lookup_id{1});
  BOOST_TEST(warm.due(start + 20s).empty());
}

BOOST_AUTO_TEST_CASE(the_oldest_goes_when_there_are_too_many_and_an_interval_of_zero_keeps_nothing_warm) {
  warm_set warm{20s, 60s};
  for (std::size_t i = 0; i <= warm_set::max_entries; ++i)
    warm.add(start, lookup_id{i + 1}, topic, {endpoint_of(i)});
  auto due = warm.due(start + 20s);
  BOOST_TEST(due.size() == warm_set::max_entries);
  BOOST_TEST((due.front() == endpoint_of(1)));
  warm_set never{0s, 60s};
  never.add(start, lookup_id{1}, topic, {endpoint_of(1)});
  BOOST_TEST(!never.poll_timeout());
}

BOOST_AUTO_TEST_CASE(it_knows_who_stores_an_announcement_until_it_is_forgotten_or_has_expired) {
  warm_set warm{0s, 60s};
  warm.add(start, lookup_id{1}, topic, {endpoint_of(1)});
  warm.add(start, lookup_id{2}, another, {endpoint_of(2)});
  BOOST_TEST(warm.stores(start, topic, endpoint_of(1)));
  BOOST_TEST(!warm.stores(start, topic, endpoint_of(2)));
  BOOST_TEST(!warm.stores(start + 60s, topic, endpoint_of(1)));
  warm.forget(topic);
  BOOST_TEST(!warm.stores(start, topic, endpoint_of(1)));
  BOOST_TEST(warm.stores(start, another, endpoint_of(2)));
}

BOOST_AUTO_TEST_SUITE_END()
