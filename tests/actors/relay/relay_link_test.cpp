#include "tests/actors/relay/relay_world.hpp"

#include "transports/relay/errc.hpp"

namespace warren::test {

namespace {

const auto here = topic::of("relay-link");

std::vector<bool> presence_of(const relay_peer& watcher, const peer_id& whom) {
  auto result = std::vector<bool>{};
  for (const auto& seen : watcher.told.take<relay_presence>())
    if (seen.peer == whom && seen.on == here)
      result.push_back(seen.present);
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(relay_link_tests, relay_world)

BOOST_AUTO_TEST_CASE(a_link_connects_and_tells_its_supervisor) {
  auto peer = add_peer(1);
  settle();
  BOOST_TEST(peer.states() == "connecting connected");
  auto status = relay_status();
  BOOST_TEST(status.guests == 1);
  BOOST_TEST(status.counters["relay_server.authenticated"] == 1);
}

BOOST_AUTO_TEST_CASE(a_bad_url_or_token_is_refused_at_once) {
  auto config = relay_link_config{};
  config.identity = std::make_shared<crypto::identity>(identity(1));
  for (auto url : {"", "http://relay.test", "relay.test:443", "WS://relay.test"}) {
    config.url = url;
    auto refused = spawn_relay_link(sys, config, relay);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(is(refused.error(), errc::bad_config));
  }
  config.url = "wss://relay.test";
  config.token = secret_bytes{std::string(256, 'x')};
  BOOST_TEST(is(spawn_relay_link(sys, config, relay).error(), errc::bad_config));
}

BOOST_AUTO_TEST_CASE(members_of_a_topic_hear_of_each_other_and_of_departures) {
  auto [a, b] = add_pair(here);
  BOOST_TEST((presence_of(a, b.id) == std::vector{true}));
  BOOST_TEST((presence_of(b, a.id) == std::vector{true}));
  act::anon_mail(relay_leave{here}).send(a.link);
  settle();
  BOOST_TEST((presence_of(b, a.id) == std::vector{false}));
  act::anon_mail(relay_join{here}).send(a.link);
  settle();
  BOOST_TEST((presence_of(b, a.id) == std::vector{true}));
  act::anon_mail(shut_down{}).send(a.link);
  settle();
  BOOST_TEST((presence_of(b, a.id) == std::vector{false}));
}

BOOST_AUTO_TEST_CASE(peers_of_different_topics_do_not_hear_of_each_other) {
  auto a = add_peer(1);
  auto b = add_peer(2);
  act::anon_mail(relay_join{here}).send(a.link);
  act::anon_mail(relay_join{topic::of("elsewhere")}).send(b.link);
  settle();
  BOOST_TEST(a.told.all<relay_presence>().empty());
  BOOST_TEST(b.told.all<relay_presence>().empty());
}

BOOST_AUTO_TEST_CASE(an_unreachable_relay_is_dialled_with_growing_gaps_of_at_most_thirty_seconds) {
  stop_relay();
  auto started = now();
  auto peer = add_peer(1);
  auto gaps = std::vector<duration>{};
  auto dials = wires.dials();
  auto last = started;
  for (auto i = 0; i < 15'000; ++i) {
    pass(20ms);
    if (wires.dials() == dials)
      continue;
    BOOST_TEST(wires.dials() == dials + 1);
    dials = wires.dials();
    gaps.push_back(now() - last);
    last = now();
  }
  BOOST_REQUIRE(gaps.size() > 10);
  BOOST_TEST((gaps.front() <= 300ms));
  for (auto gap : gaps)
    BOOST_TEST((gap <= 30s + 200ms));
  BOOST_TEST((gaps.back() >= 15s));
  start_relay();
  pass(31s);
  auto states = peer.told.all<relay_state_changed>();
  BOOST_TEST(states.back().state == "connected");
  BOOST_TEST(states.back().reason.empty());
  BOOST_TEST(states[1].state == "backoff");
  BOOST_TEST(!states[1].reason.empty());
}

BOOST_AUTO_TEST_CASE(after_a_restart_of_the_relay_topics_are_joined_again) {
  auto [a, b] = add_pair(here);
  presence_of(a, b.id);
  stop_relay();
  BOOST_TEST((presence_of(a, b.id) == std::vector{false}));
  pass(3s);
  start_relay();
  pass(31s);
  BOOST_TEST((presence_of(a, b.id) == std::vector{true}));
  open(a, b);
}

BOOST_AUTO_TEST_CASE(a_relay_that_says_nothing_is_given_up_and_dialled_again) {
  auto peer = add_peer(1);
  settle();
  peer.states();
  wires.stall();
  pass(3min);
  auto states = peer.states();
  BOOST_TEST(states.starts_with("backoff connecting"));
  wires.resume();
  pass(31s);
  BOOST_TEST(peer.states().ends_with("connected"));
}

BOOST_AUTO_TEST_CASE(a_wrong_token_is_told_as_the_reason) {
  stop_relay();
  server_config.token = secret_bytes{"right"};
  start_relay();
  auto wrong = add_peer(1, "wrong");
  auto right = add_peer(2, "right");
  settle();
  auto states = wrong.told.all<relay_state_changed>();
  BOOST_REQUIRE(states.size() >= 2);
  BOOST_TEST(states[1].state == "backoff");
  BOOST_TEST_MESSAGE(states[1].reason);
  BOOST_TEST(states[1].reason.find("token") != std::string::npos);
  BOOST_TEST(right.states() == "connecting connected");
  BOOST_TEST(relay_status().counters["relay_server.bad_tokens"] == 1);
}

BOOST_AUTO_TEST_CASE(a_topic_beyond_the_relays_limit_is_reported_and_joined_when_another_is_left) {
  stop_relay();
  server_config.topics_per_guest = 1;
  start_relay();
  auto a = add_peer(1);
  auto b = add_peer(2);
  act::anon_mail(relay_join{topic::of("elsewhere")}).send(a.link);
  act::anon_mail(relay_join{here}).send(a.link);
  act::anon_mail(relay_join{here}).send(b.link);
  settle();
  BOOST_TEST(b.told.all<relay_presence>().empty());
  auto last = a.told.all<relay_state_changed>().back();
  BOOST_TEST(last.state == "connected");
  BOOST_TEST(last.reason == "1 topics wait until others are left: the relay allows 1 at once");
  act::anon_mail(relay_leave{topic::of("elsewhere")}).send(a.link);
  settle();
  BOOST_TEST((presence_of(b, a.id) == std::vector{true}));
  BOOST_TEST(a.told.all<relay_state_changed>().back().reason == "");
}

BOOST_AUTO_TEST_CASE(signals_pass_between_members_of_a_topic) {
  auto [a, b] = add_pair(here);
  act::anon_mail(relay_signal{{}, b.id, chunk{to_bytes("knock")}}).send(a.link);
  settle();
  auto heard = b.told.take<relay_signal>();
  BOOST_REQUIRE(heard.size() == 1);
  BOOST_TEST((heard[0].peer == a.id));
  BOOST_TEST(as_text(heard[0].payload.view()) == "knock");
}

BOOST_AUTO_TEST_CASE(a_link_ends_with_its_supervisor) {
  auto peer = add_peer(1);
  settle();
  kill(peer.told.handle);
  settle();
  BOOST_TEST(relay_status().guests == 0);
}

BOOST_AUTO_TEST_CASE(a_relay_that_speaks_nonsense_is_left_and_counted) {
  wires.listen([](const auto& link) {
    auto handlers = net::websocket_handlers{};
    handlers.on_message = [](bytes, net::message_kind) {};
    handlers.on_drained = [] {};
    handlers.on_closed = [](std::error_code, const std::string&) {};
    link->send(to_bytes("nonsense"));
    return std::optional{handlers};
  });
  auto peer = add_peer(1);
  settle();
  BOOST_TEST(peer.states() == "connecting backoff");
  auto counted = counter_map{};
  spawn_function([&](caf::event_based_actor* self) {
    act::mail(self, get_counters{})
        .request(peer.link, caf::infinite)
        .then([&](const counter_map& counters) { counted = counters; }, [](const caf::error&) {});
  });
  settle();
  BOOST_TEST(counted["relay.bad_frames"] == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace warren::test
