#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/rpc.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::seeded_random;
using warren::test::start;
namespace dht = warren::dht;
namespace krpc = warren::krpc;

namespace {

/// Takes the one datagram that is to be sent, and returns its transaction id.
warren::bytes sent_transaction(dht::rpc& rpc) {
  auto out = rpc.poll_transmit();
  BOOST_REQUIRE(out);
  auto message = krpc::decode(out->payload);
  BOOST_REQUIRE(message);
  return warren::to_bytes(message->transaction);
}

} // namespace

BOOST_AUTO_TEST_SUITE(rpc_test)

BOOST_AUTO_TEST_CASE(an_answer_is_matched_by_transaction_and_sender_and_once_only) {
  seeded_random random{1};
  dht::rpc rpc{{}, false, random};
  BOOST_TEST(rpc.ask(start, endpoint_of(1), {}, dht::purpose::lookup, {7}));
  auto transaction = sent_transaction(rpc);
  BOOST_TEST(!rpc.match(start, endpoint_of(2), transaction), "another sender");
  auto wrong = transaction;
  wrong[0] ^= std::byte{1};
  BOOST_TEST(!rpc.match(start, endpoint_of(1), wrong));
  BOOST_TEST(!rpc.match(start, endpoint_of(1), {}));
  auto outcome = rpc.match(start + 50ms, endpoint_of(1), transaction);
  BOOST_REQUIRE(outcome);
  BOOST_TEST((outcome->why == dht::purpose::lookup));
  BOOST_TEST(outcome->lookup.value == 7u);
  BOOST_TEST(!rpc.match(start + 51ms, endpoint_of(1), transaction));
  BOOST_TEST(!rpc.poll_timeout());
}

BOOST_AUTO_TEST_CASE(a_lost_query_is_repeated_once_with_the_same_transaction_and_then_given_up) {
  seeded_random random{2};
  dht::rpc rpc{{.attempts = 2, .initial_timeout = 1s}, false, random};
  rpc.ask(start, endpoint_of(1), {}, dht::purpose::ping);
  auto first = sent_transaction(rpc);
  BOOST_TEST((rpc.poll_timeout() == start + 1s));
  BOOST_TEST(!rpc.poll_overdue(start + 999ms));
  BOOST_TEST(!rpc.poll_transmit());
  auto slow = rpc.poll_overdue(start + 1s);
  BOOST_REQUIRE(slow);
  BOOST_TEST(!slow->given_up);
  BOOST_TEST(!rpc.poll_overdue(start + 1s));
  BOOST_TEST(sent_transaction(rpc) == first);
  BOOST_TEST((rpc.poll_timeout() == start + 3s));
  auto lost = rpc.poll_overdue(start + 3s);
  BOOST_REQUIRE(lost);
  BOOST_TEST(lost->given_up);
  BOOST_TEST((lost->node == endpoint_of(1)));
  BOOST_TEST(!rpc.poll_overdue(start + 3s));
  BOOST_TEST(!rpc.poll_timeout());
  BOOST_TEST(!rpc.match(start + 3s, endpoint_of(1), first), "too late");
  BOOST_TEST(rpc.counters().sent == 1u);
  BOOST_TEST(rpc.counters().repeated == 1u);
  BOOST_TEST(rpc.counters().timed_out == 1u);
}

BOOST_AUTO_TEST_CASE(timeouts_follow_the_round_trip_time_of_each_node) {
  seeded_random random{3};
  dht::rpc rpc{{.initial_timeout = 1s, .min_timeout = 100ms, .max_timeout = 4s}, false, random};
  BOOST_TEST((rpc.timeout_for(endpoint_of(1)) == 1s));
  auto now = start;
  auto exchange = [&](const endpoint& node, warren::duration rtt) {
    rpc.ask(now, node, {}, dht::purpose::ping);
    auto transaction = sent_transaction(rpc);
    now += rtt;
    BOOST_TEST(rpc.match(now, node, transaction).has_value());
  };
  for (int i = 0; i < 30; ++i) {
    exchange(endpoint_of(1), 20ms);
    exchange(endpoint_of(2), 400ms);
  }
  BOOST_TEST((rpc.timeout_for(endpoint_of(1)) == 100ms), "the floor");
  BOOST_TEST((rpc.timeout_for(endpoint_of(2)) > 400ms));
  BOOST_TEST((rpc.timeout_for(endpoint_of(2)) < 600ms));
  BOOST_TEST((rpc.timeout_for(endpoint_of(3)) > 400ms), "a stranger may be as far as the farthest");
  BOOST_TEST((rpc.timeout_for(endpoint_of(3)) <= 1s));
}

BOOST_AUTO_TEST_CASE(what_is_under_way_is_bounded_and_ids_do_not_repeat) {
  seeded_random random{4};
  dht::rpc rpc{{.in_flight = 10}, false, random};
  std::set<warren::bytes> ids;
  for (std::size_t i = 0; i < 10; ++i) {
    BOOST_TEST(!rpc.full());
    BOOST_TEST(rpc.ask(start, endpoint_of(i), {}, dht::purpose::ping));
    ids.insert(sent_transaction(rpc));
  }
  BOOST_TEST(ids.size() == 10u);
  BOOST_TEST(rpc.full());
  BOOST_TEST(!rpc.ask(start, endpoint_of(10), {}, dht::purpose::ping));
  BOOST_TEST(!rpc.poll_transmit());
  BOOST_TEST(rpc.asking(endpoint_of(3)));
  BOOST_TEST(!rpc.asking(endpoint_of(10)));
}

BOOST_AUTO_TEST_CASE(read_only_nodes_say_so_in_their_queries) {
  seeded_random random{5};
  for (auto read_only : {false, true}) {
    dht::rpc rpc{{}, read_only, random};
    rpc.ask(start, endpoint_of(1), {}, dht::purpose::ping);
    auto out = rpc.poll_transmit();
    BOOST_TEST(krpc::decode(out->payload)->read_only == read_only);
  }
}

BOOST_AUTO_TEST_CASE(remembered_round_trip_times_are_bounded_and_the_least_used_goes_first) {
  seeded_random random{6};
  dht::rtt_table times{3, random};
  for (std::size_t i = 0; i < 3; ++i)
    times.add(endpoint_of(i), 10ms);
  times.add(endpoint_of(0), 10ms);
  times.add(endpoint_of(9), 10ms);
  BOOST_TEST(times.size() == 3u);
  BOOST_TEST(times.of(endpoint_of(0)).measured);
  BOOST_TEST(!times.of(endpoint_of(1)).measured);
  BOOST_TEST(times.of(endpoint_of(9)).measured);
}

BOOST_AUTO_TEST_SUITE_END()
