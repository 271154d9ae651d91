#include "tests/support/seeded_random.hpp"
#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/fifo.hpp"
#include "transports/dht/source_table.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <unordered_map>

using warren::endpoint;
using warren::dht::fifo;
using warren::dht::source_table;
using warren::test::endpoint_of;

BOOST_AUTO_TEST_SUITE(small_containers_test)

BOOST_AUTO_TEST_CASE(a_source_table_holds_what_a_map_would_hold) {
  warren::test::seeded_random random{1};
  source_table<int> table{random};
  std::map<endpoint, int> expected;
  BOOST_TEST(!table.find(endpoint_of(1)));
  for (int i = 0; i < 20'000; ++i) {
    auto source = endpoint_of(random.below(700));
    if (auto held = table.find(source)) {
      BOOST_REQUIRE(expected.contains(source));
      BOOST_REQUIRE(*held == expected[source]);
      *held = expected[source] = i;
    } else {
      BOOST_REQUIRE(!expected.contains(source));
      table.insert(source, i);
      expected[source] = i;
    }
    if (i % 500 == 499) {
      auto gone = [i](int value) { return value < i - 300; };
      table.erase_if(gone);
      std::erase_if(expected, [&](const auto& entry) { return gone(entry.second); });
    }
    BOOST_REQUIRE(table.size() == expected.size());
  }
}

BOOST_AUTO_TEST_CASE(endpoints_that_share_a_value_under_one_key_do_not_under_another) {
  warren::test::seeded_random random{3};
  warren::dht::keyed_hash here{random};
  warren::dht::keyed_hash elsewhere{random};
  std::unordered_map<std::uint32_t, endpoint> seen;
  std::size_t shared = 0;
  for (std::size_t i = 0; i < 400'000; ++i) {
    auto source = endpoint_of(i % 65'536);
    source.port = static_cast<std::uint16_t>(1 + i / 65'536);
    auto [held, fresh] = seen.emplace(here(source), source);
    if (fresh)
      continue;
    ++shared;
    BOOST_TEST(elsewhere(source) != elsewhere(held->second));
  }
  BOOST_TEST(shared > 5u);
  BOOST_TEST(shared < 50u, "19 are to be expected");
}

BOOST_AUTO_TEST_CASE(a_fifo_gives_back_what_it_was_given_in_order) {
  warren::test::seeded_random random{2};
  fifo<std::size_t> queue;
  std::size_t in = 0;
  std::size_t out = 0;
  for (int i = 0; i < 1000; ++i) {
    for (auto burst = random.below(200); burst > 0; --burst)
      queue.push_back(in++);
    for (auto burst = random.below(250); burst > 0 && !queue.empty(); --burst) {
      BOOST_REQUIRE(queue.front() == out++);
      queue.pop_front();
    }
    BOOST_REQUIRE(queue.size() == in - out);
  }
}

BOOST_AUTO_TEST_SUITE_END()
