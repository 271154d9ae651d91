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

BOOST_FIXTURE_TEST_CASE(lookup_lists_a_connected_peer_on_the_topics_it_shares_only, swarm_fixture) {
  auto a = start(10);
  auto b = start(11);
  join(a);
  join(b);
  pass(10s);
  auto here = ask<std::vector<peer_info>>(a.transport, lookup_topic{garden});
  BOOST_TEST(std::count_if(here.begin(), here.end(), [](const auto& peer) { return peer.connected; }) == 1);
  BOOST_TEST((ask<std::vector<peer_info>>(a.transport, lookup_topic{topic::of("shed")}).empty()));
  (void)attempt(b.transport, leave_topic{garden});
  pass(5s);
  here = ask<std::vector<peer_info>>(a.transport, lookup_topic{garden});
  BOOST_TEST(std::count_if(here.begin(), here.end(), [](const auto& peer) { return peer.connected; }) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_lookup_that_nobody_can_answer_fails_with_the_reason, swarm_fixture) {
  network.cut(bootstrap);
  auto a = start(10);
  pass(1min);
  auto answer = attempt_lookup(a.transport, garden);
  pass(1min);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(is(**answer, errc::network_failed));
  BOOST_TEST(describe(**answer).find("--bootstrap") != std::string::npos, describe(**answer));
}

BOOST_FIXTURE_TEST_CASE(a_lookup_is_answered_even_if_the_transport_ends_first, swarm_fixture) {
  auto a = start(10);
  pass(5s);
  network.cut(bootstrap);
  auto answer = attempt_lookup(a.transport, garden);
  BOOST_TEST(!answer->has_value());
  kill(a.transport);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(static_cast<bool>(**answer));
}

// The nodes that store an announcement are pinged every 20 s while it stands (DESIGN section 3).
BOOST_FIXTURE_TEST_CASE(a_topic_that_was_left_is_not_kept_warm_any_more, swarm_fixture) {
  auto a = start(10);
  pass(1min);
  std::size_t datagrams = 0;
  network.tamper = [&](bytes&) { ++datagrams; };
  auto in_two_minutes = [&] {
    datagrams = 0;
    pass(2min);
    return datagrams;
  };
  auto idle = in_two_minutes();
  (void)attempt(a.transport, announce_topic{garden});
  pass(10s);
  BOOST_TEST(in_two_minutes() >= idle + 10);
  (void)attempt(a.transport, leave_topic{garden});
  pass(10s);
  BOOST_TEST(in_two_minutes() <= idle + 1);
}

BOOST_FIXTURE_TEST_CASE(watching_twice_gives_every_event_once_and_tells_of_the_bootstrap, swarm_fixture) {
  auto a = start(10);
  act::anon_mail(watch_events{a.events.handle}).send(a.transport);
  pass(10s);
  const auto& events = a.events.all<swarm_event>();
  BOOST_TEST(
      std::count_if(events.begin(), events.end(), [](const auto& e) { return e.kind == "dht_bootstrapped"; })
      == 1);
}

BOOST_FIXTURE_TEST_CASE(an_unreachable_dht_is_told_once_and_so_is_its_coming_back, swarm_fixture) {
  network.cut(bootstrap);
  auto a = start(10);
  pass(1min);
  auto told = [&](std::string_view what) {
    const auto& events = a.events.all<swarm_event>();
    return std::count_if(events.begin(), events.end(), [&](const auto& e) {
      return e.kind == "dht_bootstrapped" && e.reason.find(what) != std::string::npos;
    });
  };
  BOOST_TEST(told("no DHT node answers yet") == 1);
  network.mend(bootstrap);
  pass(2min);
  BOOST_TEST(told("no DHT node answers yet") == 1);
  BOOST_TEST(told("1 nodes") == 1);
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
