#include "tests/unit/relay/client_fixture.hpp"

using namespace warren;
using namespace warren::relay;
using namespace std::chrono_literals;
using namespace warren::relay::client_event;
using test::client_fixture;
using test::peer_named;

BOOST_AUTO_TEST_SUITE(relay_client_link)

BOOST_AUTO_TEST_CASE(a_client_dials_authenticates_and_is_online) {
  client_fixture guest{{.token = secret_bytes{"t"}}};
  guest.client.start(guest.now);
  guest.poll();
  guest.only<dial>();
  guest.client.handle_connected(guest.now);
  challenge asked;
  asked.random.fill(std::byte{9});
  guest.say(asked);
  auto proof = guest.only_sent<auth>();
  BOOST_TEST((proof.peer == peer_named('a')));
  BOOST_TEST(proof.host == "relay:1");
  BOOST_TEST((proof.token == secret_bytes{"t"}));
  BOOST_TEST(test::verify_as(proof.peer, auth_message(asked.random, proof.peer, "relay:1"), proof.proof));
  BOOST_TEST(!guest.client.online());
  limits told{.rate = 5, .queue = 6, .topics = 7, .heartbeat_ms = 8'000};
  guest.say(welcome{told});
  BOOST_TEST((guest.only<online>().limit == told));
  BOOST_TEST(guest.client.online());
}

BOOST_AUTO_TEST_CASE(topics_are_joined_now_and_after_every_reconnect) {
  client_fixture guest;
  BOOST_TEST(!guest.client.join(guest.now, guest.x));
  guest.client.start(guest.now);
  guest.poll();
  guest.client.handle_connected(guest.now);
  guest.say(challenge{});
  guest.sent.clear();
  guest.say(welcome{{.rate = 0, .queue = 0, .topics = 9, .heartbeat_ms = 15'000}});
  BOOST_TEST((guest.only_sent<relay::join>().topic == blind(guest.x)));
  BOOST_TEST(!guest.client.join(guest.now, guest.x));
  guest.poll();
  BOOST_TEST(guest.sent.empty());
  auto y = topic::of("y");
  BOOST_TEST(!guest.client.join(guest.now, y));
  BOOST_TEST((guest.only_sent<relay::join>().topic == blind(y)));
  guest.client.leave(guest.now, guest.x);
  BOOST_TEST((guest.only_sent<relay::leave>().topic == blind(guest.x)));
  guest.events.clear();
  guest.client.handle_disconnected(guest.now, std::make_error_code(std::errc::connection_reset));
  guest.poll();
  auto lost = guest.only<offline>();
  BOOST_TEST((lost.why == std::errc::connection_reset));
  BOOST_TEST((lost.retry_in > 0ms && lost.retry_in <= 100ms));
  guest.pass(lost.retry_in);
  guest.only<dial>();
  guest.client.handle_connected(guest.now);
  guest.say(challenge{});
  guest.sent.clear();
  guest.say(welcome{{.rate = 0, .queue = 0, .topics = 9, .heartbeat_ms = 15'000}});
  BOOST_TEST((guest.only_sent<relay::join>().topic == blind(y)));
}

BOOST_AUTO_TEST_CASE(failed_dials_back_off_and_success_resets) {
  client_fixture guest;
  guest.client.start(guest.now);
  guest.poll();
  duration longest{};
  for (int i = 0; i < 12; ++i) {
    guest.only<dial>();
    guest.client.handle_disconnected(guest.now, std::make_error_code(std::errc::connection_refused));
    guest.poll();
    auto wait = guest.only<offline>().retry_in;
    longest = std::max(longest, wait);
    BOOST_TEST((wait <= 30s));
    guest.pass(wait - 1ns);
    BOOST_TEST(guest.events.empty());
    guest.pass(1ns);
  }
  BOOST_TEST((longest > 15s));
  guest.events.clear();
  guest.answer_dial();
  BOOST_TEST(guest.client.online());
  guest.events.clear();
  guest.client.handle_disconnected(guest.now, {});
  guest.poll();
  BOOST_TEST((guest.only<offline>().retry_in <= 100ms));
}

BOOST_AUTO_TEST_CASE(a_relay_that_does_not_answer_in_time_is_hung_up_on) {
  for (int phase = 0; phase < 3; ++phase) {
    client_fixture guest{{.handshake_timeout = 10s}};
    guest.client.start(guest.now);
    if (phase > 0)
      guest.client.handle_connected(guest.now);
    if (phase > 1)
      guest.say(challenge{});
    guest.poll();
    guest.events.clear();
    guest.pass(10s - 1ns);
    BOOST_TEST(guest.events.empty());
    guest.pass(1ns);
    BOOST_REQUIRE(guest.events.size() == 2u);
    BOOST_TEST(std::holds_alternative<hang_up>(guest.events[0]));
    BOOST_TEST((std::get<offline>(guest.events[1]).why == relay_errc::handshake_timeout));
  }
}

BOOST_AUTO_TEST_CASE(a_silent_relay_is_asked_and_then_given_up) {
  client_fixture guest;
  guest.go_online();
  guest.pass(15s);
  auto asked = guest.only_sent<ping>();
  guest.say(pong{asked.id});
  guest.pass(15s);
  guest.only_sent<ping>();
  guest.pass(29s);
  BOOST_TEST(guest.events.empty());
  guest.pass(1s);
  BOOST_REQUIRE(guest.events.size() >= 2u);
  BOOST_TEST((std::get<offline>(guest.events[1]).why == relay_errc::silent));
}

BOOST_AUTO_TEST_CASE(a_link_in_doubt_is_checked_at_once_and_given_up_soon) {
  client_fixture guest;
  guest.client.check(guest.now);
  guest.poll();
  BOOST_TEST(guest.sent.empty());
  guest.go_online();
  guest.client.check(guest.now);
  auto asked = guest.only_sent<ping>();
  guest.say(pong{asked.id});
  guest.pass(5s);
  BOOST_TEST(guest.events.empty());
  guest.client.check(guest.now);
  guest.only_sent<ping>();
  guest.pass(300ms);
  guest.client.check(guest.now); // does not put it off
  guest.poll();
  BOOST_TEST(guest.sent.empty());
  guest.pass(200ms);
  BOOST_REQUIRE(guest.events.size() >= 2u);
  BOOST_TEST((std::get<offline>(guest.events[1]).why == relay_errc::silent));
}

BOOST_AUTO_TEST_CASE(a_check_gives_a_slow_link_more_time_and_no_link_for_ever) {
  for (auto [round_trip, patience] : {std::pair{100ms, 800ms}, {5'000ms, 2'000ms}}) {
    client_fixture guest;
    guest.go_online();
    // So often that the round trips before are all but forgotten.
    for (auto i = 0; i < 100; ++i) {
      guest.pass(15s); // a heartbeat
      auto asked = guest.only_sent<ping>();
      guest.pass(round_trip);
      guest.say(pong{asked.id});
    }
    guest.events.clear();
    guest.client.check(guest.now);
    guest.only_sent<ping>();
    guest.pass(patience - 10ms);
    BOOST_TEST(guest.events.empty());
    guest.pass(10ms);
    BOOST_TEST(!guest.events.empty());
  }
}

BOOST_AUTO_TEST_CASE(after_a_change_of_network_a_link_is_checked_and_a_dial_begun_anew) {
  client_fixture guest;
  guest.go_online();
  guest.client.network_changed(guest.now);
  auto asked = guest.only_sent<ping>();
  guest.say(pong{asked.id});
  BOOST_TEST(guest.events.empty());
  guest.client.network_changed(guest.now);
  guest.pass(500ms);
  BOOST_REQUIRE(guest.events.size() >= 2u);
  BOOST_TEST(std::holds_alternative<hang_up>(guest.events[0]));
  // Where its address is gone there is nothing to check.
  {
    client_fixture cut;
    cut.go_online();
    cut.client.network_changed(cut.now, true);
    cut.poll();
    BOOST_TEST(cut.sent.empty());
    BOOST_REQUIRE(cut.events.size() == 2u);
    BOOST_TEST(std::holds_alternative<hang_up>(cut.events[0]));
    BOOST_TEST(std::holds_alternative<dial>(cut.events[1]));
  }
  // Waiting for its next dial it waits no longer.
  guest.events.clear();
  guest.client.network_changed(guest.now);
  guest.poll();
  BOOST_REQUIRE(guest.events.size() == 1u);
  BOOST_TEST(std::holds_alternative<dial>(guest.events[0]));
  // The dial, and the handshake, may lead from an address that is gone.
  for (auto connected : {false, true}) {
    guest.events.clear();
    if (connected)
      guest.client.handle_connected(guest.now);
    guest.client.network_changed(guest.now);
    guest.poll();
    BOOST_REQUIRE(guest.events.size() == 2u);
    BOOST_TEST(std::holds_alternative<hang_up>(guest.events[0]));
    BOOST_TEST(std::holds_alternative<dial>(guest.events[1]));
  }
  guest.client.stop(guest.now);
  guest.poll();
  guest.events.clear();
  guest.client.network_changed(guest.now);
  guest.poll();
  BOOST_TEST(guest.events.empty());
}

BOOST_AUTO_TEST_CASE(a_relays_ping_is_answered) {
  client_fixture guest;
  guest.go_online();
  guest.say(ping{77});
  BOOST_TEST(guest.only_sent<pong>().id == 77u);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_and_a_lasting_one_is_not_asked_again_soon) {
  for (auto [code, lasting] :
       {std::pair{refusal::full, false},
        {refusal::shutting_down, false},
        {refusal::bad_token, true},
        {refusal::replaced, true}}) {
    client_fixture guest;
    guest.go_online();
    guest.say(error{code, "words"});
    BOOST_REQUIRE(guest.events.size() == 2u);
    auto& told = std::get<offline>(guest.events[1]);
    BOOST_TEST((told.why == relay_errc::refused));
    BOOST_TEST((told.refused == code));
    BOOST_TEST(told.text == "words");
    BOOST_TEST((told.retry_in >= 15s) == lasting);
  }
}

BOOST_AUTO_TEST_CASE(a_relay_that_breaks_the_protocol_is_hung_up_on) {
  auto broken = [](auto during) {
    client_fixture guest;
    during(guest);
    BOOST_REQUIRE(guest.events.size() >= 2u);
    BOOST_TEST((std::get<offline>(guest.events.back()).why == relay_errc::bad_frame));
    return guest.client.counters();
  };
  auto garbage = broken([](auto& guest) {
    guest.go_online();
    guest.say(bytes(9, std::byte{0xfe}));
  });
  BOOST_TEST(garbage.bad_frames == 1u);
  auto early = broken([](auto& guest) {
    guest.client.start(guest.now);
    guest.client.handle_connected(guest.now);
    guest.say(welcome{});
  });
  BOOST_TEST(early.unexpected_frames == 1u);
  broken([](auto& guest) {
    guest.client.start(guest.now);
    guest.client.handle_connected(guest.now);
    challenge newer;
    newer.version = 2;
    guest.say(newer);
  });
  client_fixture guest;
  guest.go_online();
  guest.say(join{});
  BOOST_TEST(guest.client.counters().unexpected_frames == 1u);
  BOOST_TEST(guest.client.online());
}

BOOST_AUTO_TEST_CASE(presence_is_told_once_and_ends_with_the_link) {
  client_fixture guest;
  guest.go_online();
  BOOST_TEST(!guest.client.join(guest.now, guest.x));
  guest.say(members{blind(guest.x), true, {peer_named('b'), peer_named('a'), peer_named('c')}});
  BOOST_TEST(guest.count<peer_joined>() == 2u); // not ourselves
  guest.events.clear();
  guest.say(presence{blind(guest.x), peer_named('b'), true});
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.client.reachable(peer_named('b')));
  guest.say(gone{peer_named('b')});
  BOOST_TEST((guest.only<peer_left>().peer == peer_named('b')));
  BOOST_TEST(!guest.client.reachable(peer_named('b')));
  guest.say(presence{blind(topic::of("not joined")), peer_named('b'), true});
  BOOST_TEST(guest.client.counters().unknown_topics == 1u);
  guest.client.handle_disconnected(guest.now, {});
  guest.poll();
  BOOST_REQUIRE(guest.events.size() == 2u);
  BOOST_TEST((std::get<peer_left>(guest.events[0]).peer == peer_named('c')));
  BOOST_TEST((std::get<peer_left>(guest.events[0]).where == guest.x));
}

BOOST_AUTO_TEST_CASE(more_topics_than_we_may_want_are_refused) {
  client_fixture guest{{.topics = 2}};
  BOOST_TEST(!guest.client.join(guest.now, topic::of("1")));
  BOOST_TEST(!guest.client.join(guest.now, topic::of("2")));
  BOOST_TEST(!guest.client.join(guest.now, topic::of("2")));
  BOOST_TEST((guest.client.join(guest.now, topic::of("3")) == relay_errc::too_many_topics));
  guest.client.leave(guest.now, topic::of("1"));
  BOOST_TEST(!guest.client.join(guest.now, topic::of("3")));
}

BOOST_AUTO_TEST_CASE(a_topic_beyond_the_relays_limit_waits_until_another_is_left) {
  client_fixture guest;
  auto named = [](const char* name) { return topic::of(name); };
  auto sent_joins = [&] {
    std::vector<blinded_topic> all;
    for (const auto& each : std::exchange(guest.sent, {}))
      if (auto frame = *decode(each); std::holds_alternative<relay::join>(frame))
        all.push_back(std::get<relay::join>(frame).topic);
    return all;
  };
  auto joins = [&](std::initializer_list<const char*> names) {
    std::vector<blinded_topic> wanted;
    for (auto name : names)
      wanted.push_back(blind(topic::of(name)));
    return sent_joins() == wanted;
  };
  guest.go_online({.rate = 0, .queue = 0, .topics = 2, .heartbeat_ms = 15'000});
  for (auto name : {"1", "2", "3", "4", "5"})
    BOOST_TEST(!guest.client.join(guest.now, named(name)));
  guest.poll();
  BOOST_TEST(joins({"1", "2"}));
  BOOST_REQUIRE(guest.count<topics_waiting>() == 3u);
  BOOST_TEST(std::get<topics_waiting>(guest.events.back()).n == 3u);
  BOOST_TEST(std::get<topics_waiting>(guest.events.back()).limit == 2u);

  // One that waits is left without a word to the relay; one that is joined makes room for who waited longest.
  guest.client.leave(guest.now, named("3"));
  guest.poll();
  BOOST_TEST(guest.sent.empty());
  guest.client.leave(guest.now, named("1"));
  guest.poll();
  BOOST_REQUIRE(guest.sent.size() == 2u);
  BOOST_TEST((std::get<relay::leave>(*decode(guest.sent[0])).topic == blind(named("1"))));
  BOOST_TEST(joins({"4"}));
  BOOST_TEST(std::get<topics_waiting>(guest.events.back()).n == 1u);

  // A new link keeps the order, and to a relay that allows more nobody waits.
  for (std::uint16_t limit : {2, 9}) {
    guest.client.handle_disconnected(guest.now, {});
    guest.pass(1s);
    guest.events.clear();
    guest.sent.clear();
    guest.answer_dial({.rate = 0, .queue = 0, .topics = limit, .heartbeat_ms = 15'000});
    BOOST_TEST((limit == 2 ? joins({"2", "4"}) : joins({"2", "4", "5"})));
    BOOST_TEST(guest.count<topics_waiting>() == (limit == 2 ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_CASE(stopping_hangs_up_and_dials_no_more) {
  client_fixture guest;
  guest.go_online();
  guest.client.stop(guest.now);
  guest.poll();
  guest.only<hang_up>();
  BOOST_TEST(!guest.client.poll_timeout());
  guest.client.handle_disconnected(guest.now, {});
  guest.say(ping{1});
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.sent.empty());
  guest.client.start(guest.now);
  guest.poll();
  guest.only<dial>();
}

BOOST_AUTO_TEST_CASE(an_early_timeout_is_without_effect) {
  client_fixture guest;
  guest.go_online();
  auto before = guest.client.poll_timeout();
  guest.client.handle_timeout(guest.now + 1s);
  guest.poll();
  BOOST_TEST((guest.client.poll_timeout() == before));
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.sent.empty());
}

BOOST_AUTO_TEST_SUITE_END()
