#include "tests/actors/transport/pair_fixture.hpp"
#include "tests/actors/transport/state_of.hpp"

using namespace warren;
using namespace warren::test;

BOOST_AUTO_TEST_SUITE(leaving_test)

BOOST_FIXTURE_TEST_CASE(leaving_the_topic_closes_the_channel_on_both_sides_once, pair_fixture) {
  (void)attempt(a.transport, leave_topic{garden});
  pass(5s);
  BOOST_REQUIRE(a.subscriber.all<closed>().size() == 1u);
  BOOST_REQUIRE(b.subscriber.all<closed>().size() == 1u);
  BOOST_TEST((a.subscriber.all<closed>().front().reason == errc::closed_locally));
  BOOST_TEST((b.subscriber.all<closed>().front().reason == errc::closed_by_peer));
  BOOST_TEST(!a.subscriber.all<closed>().front().unconfirmed);
  BOOST_TEST(!b.subscriber.all<closed>().front().unconfirmed);
  auto late = attempt(at_b.connection, write_chunk{at_b.key.channel, text("x")});
  BOOST_REQUIRE(late->has_value());
  BOOST_TEST(is(**late, errc::not_open));
}

// What was written before leaving is still on its way when the topic is joined again.
BOOST_FIXTURE_TEST_CASE(a_topic_left_and_joined_again_at_once_was_closed_by_this_side, pair_fixture) {
  for (int i = 0; i < 20; ++i)
    (void)attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{bytes(128 * 1024, std::byte{1})}});
  act::anon_mail(leave_topic{garden}).send(a.transport);
  join(a);
  grant(at_b, 1 << 30);
  pass(30s);
  BOOST_REQUIRE(a.subscriber.all<closed>().size() == 1u);
  BOOST_TEST((a.subscriber.all<closed>().front().reason == errc::closed_locally));
  BOOST_TEST((b.subscriber.all<closed>().front().reason == errc::closed_by_peer));
  BOOST_TEST(a.subscriber.all<connected>().size() == 2u);
  auto found = ask<std::vector<peer_info>>(a.transport, lookup_topic{garden});
  BOOST_TEST(std::count_if(found.begin(), found.end(), [](const auto& peer) { return peer.connected; }) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_dies_while_disconnecting_is_named_too, pair_fixture) {
  network.cut(b.where);
  (void)attempt(at_a.connection, write_chunk{at_a.key.channel, text("never acknowledged")});
  auto answer = attempt(a.transport, disconnect{});
  kill(at_a.connection);
  pass(1s);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(is(**answer, errc::timed_out));
}

BOOST_FIXTURE_TEST_CASE(a_topic_joined_while_disconnecting_is_served, pair_fixture) {
  auto c = start(12);
  network.cut(b.where);
  (void)attempt(at_a.connection, write_chunk{at_a.key.channel, text("never acknowledged")});
  auto answer = attempt(a.transport, disconnect{});
  auto shed = topic::of("shed");
  join(a, shed);
  join(c, shed);
  pass(options{}.shutdown_timeout - 1ms);
  BOOST_TEST(!answer->has_value());
  BOOST_TEST(c.subscriber.all<connected>().size() == 1u);
  pass(1min);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(c.subscriber.all<closed>().empty());
}

BOOST_FIXTURE_TEST_CASE(a_disconnect_that_may_lose_messages_names_the_peer, pair_fixture) {
  network.cut(b.where);
  (void)attempt(at_a.connection, write_chunk{at_a.key.channel, text("never acknowledged")});
  auto answer = attempt(a.transport, disconnect{});
  pass(options{}.shutdown_timeout - 1ms);
  BOOST_TEST(!answer->has_value()); // it still tries
  pass(1ms);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(is(**answer, errc::timed_out));
  BOOST_TEST(describe(**answer).find(at_a.peer.id) != std::string::npos, describe(**answer));
  BOOST_REQUIRE(a.subscriber.all<closed>().size() == 1u);
  BOOST_TEST(a.subscriber.all<closed>().front().detail.find("may not have arrived") != std::string::npos);
  BOOST_TEST(a.subscriber.all<closed>().front().unconfirmed);
}

BOOST_FIXTURE_TEST_CASE(a_disconnect_waits_no_longer_for_a_silent_peer_that_has_everything, pair_fixture) {
  network.cut(b.where);
  auto answer = attempt(a.transport, disconnect{});
  pass(options{}.shutdown_timeout);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(!**answer);
  BOOST_TEST(state_of(a.transport).streams.empty());
}

// As much as is accepted; what is beyond the window waits for the consumer. The peer says nothing by itself, but answers.
BOOST_FIXTURE_TEST_CASE(
    a_peer_whose_consumer_pauses_gets_what_was_written_before_a_disconnect, pair_fixture) {
  constexpr std::size_t part = 128 * 1024;
  auto write = [&] {
    return attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{bytes(part, std::byte{1})}});
  };
  std::size_t accepted = 0;
  for (; write()->has_value(); accepted += part)
    BOOST_REQUIRE(accepted < (16u << 20));
  BOOST_TEST(accepted > options{}.channel_window);
  auto answer = attempt(a.transport, disconnect{});
  pass(9s);
  BOOST_TEST(!answer->has_value());
  grant(at_b, 2 * accepted);
  pass(9s);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(!**answer, describe(**answer));
  std::size_t arrived = 0;
  for (const auto& got : b.subscriber.all<chunk_received>())
    arrived += got.data.size();
  BOOST_TEST(arrived == accepted);
}

BOOST_FIXTURE_TEST_CASE(disconnecting_closes_everything_and_the_transport_works_again, pair_fixture) {
  auto answer = attempt(a.transport, disconnect{});
  pass(5s);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(!**answer);
  BOOST_TEST(a.subscriber.all<closed>().size() == 1u);
  BOOST_TEST(b.subscriber.all<closed>().size() == 1u);
  BOOST_TEST((ask<transport_status>(a.transport, get_status{}).peers.empty()));
  join(a);
  pass(90s);
  BOOST_TEST(a.subscriber.all<connected>().size() == 2u);
  BOOST_TEST(b.subscriber.all<connected>().size() == 2u);
}

// Whichever side decides which connection stays: the last one is not gone there yet, as its end is not acknowledged.
BOOST_FIXTURE_TEST_CASE(a_peer_that_disconnected_is_connected_again_at_once, pair_fixture) {
  for (auto* n : {&a, &b}) {
    for (int round = 0; round < 3; ++round) {
      auto before = n->subscriber.all<connected>().size();
      network.loses = [where = n->where](const endpoint& from, byte_view datagram) {
        auto pure_ack = datagram.size() == udx::header_size && datagram[0] == std::byte{0xff}
                        && datagram[2] == std::byte{0};
        return pure_ack && from == where;
      };
      auto answer = attempt(n->transport, disconnect{});
      for (int i = 0; i < 20 && !answer->has_value(); ++i)
        pass(1ms);
      BOOST_REQUIRE(answer->has_value());
      network.loses = nullptr;
      join(*n);
      pass(2ms);
      BOOST_TEST(n->subscriber.all<connected>().size() == before + 1);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
