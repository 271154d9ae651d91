#include "tests/actors/transport/relay_mode_fixture.hpp"

using namespace warren;
using namespace warren::test;

BOOST_FIXTURE_TEST_SUITE(relay_mode_test, relay_mode_fixture)

BOOST_AUTO_TEST_CASE(peers_without_udp_meet_at_the_relay_and_exchange_messages) {
  auto a = start(1, transport_mode::relay);
  auto b = start(2, transport_mode::relay);
  auto c = start(3, transport_mode::relay);
  elapse(10s);
  for (const auto* n : {&a, &b, &c}) {
    BOOST_REQUIRE(n->subscriber.all<connected>().size() == 2u);
    for (const auto& peer : n->subscriber.all<connected>()) {
      BOOST_TEST((peer.peer.path == path_kind::relay));
      BOOST_TEST(peer.peer.address == "ws://relay.test:443");
    }
  }
  auto at_a = a.subscriber.all<connected>().front();
  const auto& others = at_a.peer.id == to_string(identity(2).id()) ? b : c;
  auto at_other = *std::find_if(
      others.subscriber.all<connected>().begin(), others.subscriber.all<connected>().end(),
      [](const connected& x) { return x.peer.id == to_string(identity(1).id()); });
  auto large = pattern(3 << 20);
  say(at_a, at_other, large);
  elapse(30s);
  BOOST_REQUIRE(others.subscriber.all<chunk_received>().size() == 1u);
  BOOST_TEST((others.subscriber.all<chunk_received>().front().data == chunk{byte_view{large}}));
}

BOOST_AUTO_TEST_CASE(in_auto_the_relay_carries_on_when_nobody_answers_on_udp) {
  network.cut({*ip_address::parse("127.0.0.1"), 1});
  network.cut({*ip_address::parse("127.0.0.1"), 2});
  auto a = start(1, transport_mode::automatic);
  auto b = start(2, transport_mode::automatic);
  elapse(10s);
  BOOST_REQUIRE(a.subscriber.all<connected>().size() == 1u);
  BOOST_REQUIRE(b.subscriber.all<connected>().size() == 1u);
  BOOST_TEST((a.subscriber.all<connected>().front().peer.path == path_kind::relay));
}

BOOST_AUTO_TEST_CASE(in_auto_the_direct_way_is_taken_when_it_is_open) {
  auto a = start(1, transport_mode::automatic); // node 1 is also the others' bootstrap
  auto b = start(2, transport_mode::automatic);
  elapse(2min);
  BOOST_REQUIRE(!a.subscriber.all<connected>().empty());
  BOOST_TEST((path_of(a) == path_kind::lan));
  BOOST_TEST((path_of(b) == path_kind::lan));
  BOOST_TEST(a.subscriber.all<closed>().empty());
}

BOOST_AUTO_TEST_CASE(a_relay_that_goes_away_for_longer_than_a_connection_waits_is_used_again) {
  auto a = start(1, transport_mode::relay);
  auto b = start(2, transport_mode::relay);
  elapse(5s);
  BOOST_REQUIRE(a.subscriber.all<connected>().size() == 1u);
  stop_relay();
  elapse(70s);
  for (const auto* n : {&a, &b}) {
    BOOST_REQUIRE(n->subscriber.all<closed>().size() == 1u);
    BOOST_TEST((n->subscriber.all<closed>().front().reason == errc::path_lost));
  }
  start_relay();
  elapse(2min);
  BOOST_REQUIRE(a.subscriber.all<connected>().size() == 2u);
  BOOST_REQUIRE(b.subscriber.all<connected>().size() == 2u);
  say(a.subscriber.all<connected>().back(), b.subscriber.all<connected>().back(), to_bytes("back"));
  elapse(1s);
  BOOST_TEST(b.subscriber.all<chunk_received>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(killing_the_relay_link_at_any_moment_lets_the_work_finish) {
  std::uint8_t number = 10;
  for (auto moment : {0ms, 1ms, 150ms, 1'500ms, 10'000ms}) {
    BOOST_TEST_CONTEXT("killed after " << moment.count() << " ms") {
      auto a = start(number++, transport_mode::relay);
      auto b = start(number++, transport_mode::relay);
      elapse(moment);
      auto link = state_of(a.transport).relays.begin()->second.link;
      BOOST_REQUIRE((link != nullptr));
      kill(link);
      elapse(3min);
      BOOST_REQUIRE(!a.subscriber.all<connected>().empty());
      BOOST_REQUIRE(!b.subscriber.all<connected>().empty());
      BOOST_TEST(a.subscriber.all<closed>().size() + 1 == a.subscriber.all<connected>().size());
      BOOST_TEST(b.subscriber.all<closed>().size() + 1 == b.subscriber.all<connected>().size());
      say(a.subscriber.all<connected>().back(), b.subscriber.all<connected>().back(), to_bytes("done"));
      elapse(1s);
      BOOST_TEST(b.subscriber.all<chunk_received>().size() == 1u);
      kill(a.transport);
      kill(b.transport);
      elapse(1min);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
