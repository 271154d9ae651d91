#include "tests/actors/transport/swarm_fixture.hpp"

#include "actors/disabled_transport.hpp"

using namespace warren;
using namespace warren::test;

BOOST_AUTO_TEST_SUITE(mode_test)

// specs/pluresdb-transport.md section 3, disabled.
BOOST_FIXTURE_TEST_CASE(disabled_is_a_working_no_op, swarm_fixture) {
  auto transport = track(spawn_disabled_transport(sys, "me"));
  auto subscriber = record<connected>();
  BOOST_TEST((ask<std::string>(transport, get_name{})) == "disabled");
  auto announced = attempt(transport, announce_topic{garden});
  BOOST_REQUIRE(announced->has_value());
  BOOST_TEST(!**announced);
  BOOST_TEST((ask<std::vector<peer_info>>(transport, lookup_topic{garden}).empty()));
  auto connected_answer = attempt(transport, connect_topic{garden, {}, subscriber.handle});
  BOOST_REQUIRE(connected_answer->has_value());
  BOOST_TEST(is(**connected_answer, errc::local_only));
  BOOST_TEST(describe(**connected_answer).find("local-only") != std::string::npos);
  auto disconnected = attempt(transport, disconnect{});
  BOOST_REQUIRE(disconnected->has_value());
  BOOST_TEST(!**disconnected);
}

BOOST_FIXTURE_TEST_CASE(lookup_finds_the_others_and_not_ourselves, swarm_fixture) {
  auto a = start(10);
  auto b = start(11);
  (void)attempt(a.transport, announce_topic{garden});
  (void)attempt(b.transport, announce_topic{garden});
  pass(5s);
  auto found = ask<std::vector<peer_info>>(a.transport, lookup_topic{garden});
  pass(1s);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found.front().address == to_string(b.where));
  BOOST_TEST(!found.front().connected);
}

BOOST_FIXTURE_TEST_CASE(announcing_alone_dials_nobody_but_can_be_dialled, swarm_fixture) {
  auto a = start(10);
  (void)attempt(a.transport, announce_topic{garden});
  pass(5s);
  auto b = start(11);
  join(b);
  pass(30s);
  BOOST_TEST((ask<transport_status>(a.transport, get_status{}).peers.size()) == 1u);
  BOOST_TEST(b.subscriber.all<connected>().empty()); // a has not joined the topic: no channel
  join(a);
  pass(5s);
  BOOST_TEST(a.subscriber.all<connected>().size() == 1u);
  BOOST_TEST(b.subscriber.all<connected>().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(topics_are_bounded, swarm_fixture) {
  auto setup = setup_at(10);
  setup.opts.max_topics = 2;
  auto a = start(std::move(setup));
  for (auto name : {"one", "two", "three"}) {
    auto answer = attempt(a.transport, connect_topic{topic::of(name), {}, a.subscriber.handle});
    BOOST_REQUIRE(answer->has_value());
    BOOST_TEST(is(**answer, errc::limit_reached) == (std::string_view{name} == "three"));
  }
}

BOOST_FIXTURE_TEST_CASE(leaving_a_topic_that_was_not_joined_says_so, swarm_fixture) {
  auto a = start(10);
  auto answer = attempt(a.transport, leave_topic{garden});
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(is(**answer, errc::not_joined));
}

BOOST_AUTO_TEST_SUITE_END()
