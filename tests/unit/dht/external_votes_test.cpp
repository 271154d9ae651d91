#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/external_votes.hpp"

#include <boost/test/unit_test.hpp>

using warren::endpoint;
using warren::dht::external_votes;
using warren::test::endpoint_of;

namespace {

const auto me = *endpoint::parse("198.51.100.7:4000");
const auto lie = *endpoint::parse("203.0.113.9:4000");

} // namespace

BOOST_AUTO_TEST_SUITE(external_votes_test)

BOOST_AUTO_TEST_CASE(the_address_is_known_once_enough_networks_agree) {
  external_votes votes{3, false};
  BOOST_TEST(!votes.vote(endpoint_of(1), me));
  BOOST_TEST(!votes.vote(endpoint_of(2), me));
  BOOST_TEST(!votes.winner());
  BOOST_TEST(votes.vote(endpoint_of(3), me));
  BOOST_TEST((votes.winner() == me));
  BOOST_TEST(!votes.vote(endpoint_of(4), me), "nothing new");
}

BOOST_AUTO_TEST_CASE(one_network_has_one_vote) {
  external_votes votes{3, false};
  auto voter = endpoint_of(1);
  for (int i = 0; i < 20; ++i) {
    ++voter.port;
    BOOST_TEST(!votes.vote(voter, lie));
  }
  for (auto [host, allow, known] :
       {std::tuple{"127.0.0.1", false, true},
        {"10.0.0.1", true, true},
        {"10.0.0.1", false, false},
        {"20.0.0.1", true, false}}) {
    external_votes some{3, allow};
    for (std::uint16_t i = 1; i <= 3; ++i)
      some.vote({*warren::ip_address::parse(host), i}, me);
    BOOST_TEST(some.winner().has_value() == known, host << (allow ? ", allowed" : ""));
  }
  external_votes six{3, false};
  for (int i = 0; i < 20; ++i)
    six.vote(
        *endpoint::parse("[2001:db8:1:" + std::to_string(i) + "::1]:1"),
        *endpoint::parse("[2001:db8:9::9]:1"));
  BOOST_TEST(!six.winner().has_value(), "an IPv6 /48");
}

BOOST_AUTO_TEST_CASE(a_minority_of_liars_changes_nothing_and_a_real_move_is_noticed) {
  external_votes votes{3, false};
  for (std::size_t i = 0; i < 20; ++i)
    votes.vote(endpoint_of(i), me);
  for (std::size_t i = 100; i < 112; ++i)
    BOOST_TEST(!votes.vote(endpoint_of(i), lie));
  BOOST_TEST((votes.winner() == me));
  auto moved = *endpoint::parse("192.0.2.77:4000");
  for (std::size_t i = 0; i < 32; ++i)
    votes.vote(endpoint_of(i), moved);
  BOOST_TEST((votes.winner() == moved));
}

BOOST_AUTO_TEST_CASE(the_address_is_known_also_when_every_voter_sees_another_port) {
  external_votes votes{3, false};
  for (std::size_t i = 0; i < 10; ++i) {
    auto seen = me;
    seen.port = static_cast<std::uint16_t>(5000 + i);
    votes.vote(endpoint_of(i), seen);
  }
  BOOST_TEST((votes.winner()->address == me.address));
}

BOOST_AUTO_TEST_CASE(the_latest_vote_of_each_network_is_kept_with_who_cast_it) {
  external_votes votes{3, false};
  for (std::size_t i = 0; i < external_votes::window + 3; ++i)
    votes.vote(endpoint_of(i), lie);
  auto last = endpoint_of(external_votes::window + 2);
  ++last.port;
  votes.vote(last, me);
  const auto& kept = votes.observations();
  BOOST_TEST(kept.size() == external_votes::window);
  BOOST_TEST((kept.front().observer == endpoint_of(3)));
  BOOST_TEST((kept.back().observer == last));
  BOOST_TEST((kept.back().seen == me));
}

BOOST_AUTO_TEST_CASE(useless_votes_are_ignored) {
  external_votes votes{1, false};
  for (auto seen : {"0.0.0.0:1", "224.0.0.1:1", "10.0.0.1:1", "127.0.0.1:1", "[2001:db8::1]:1"})
    BOOST_TEST(!votes.vote(endpoint_of(1), *endpoint::parse(seen)), seen);
  BOOST_TEST(
      votes.vote(*endpoint::parse("10.0.0.2:1"), *endpoint::parse("10.0.0.1:1")),
      "a private network has an outside too");
}

BOOST_AUTO_TEST_SUITE_END()
