#include "tests/unit/relay/server_fixture.hpp"

#include "transports/crypto/identity.hpp"

using namespace warren;
using namespace warren::relay;
using test::peer_named;
using test::server_fixture;

namespace {

const auto x = blind(topic::of("x"));
const auto y = blind(topic::of("y"));

} // namespace

BOOST_AUTO_TEST_SUITE(relay_server)

BOOST_AUTO_TEST_CASE(a_guest_that_signs_the_challenge_is_welcome_and_told_the_limits) {
  server_fixture relay{{.topics_per_guest = 5, .rate = 1'000'000, .sender_queue = 77'000}};
  relay.connect(1);
  BOOST_TEST(relay.granted[guest_id{1}] == 8u);
  relay.say(1, relay.answer(1, 'a'));
  auto told = std::get<welcome>(*decode(relay.take(1).at(1)));
  BOOST_TEST((told.limit == limits{.rate = 1'000'000, .queue = 77'000, .topics = 5, .heartbeat_ms = 15'000}));
  auto joined = std::get<server_event::guest_joined>(relay.events.back());
  BOOST_TEST((joined.peer == peer_named('a')));
  BOOST_TEST(relay.server.counters().authenticated == 1u);
}

BOOST_AUTO_TEST_CASE(a_guest_has_a_rate_unless_the_relay_is_told_to_hold_nobody_back) {
  auto told_rate = [](server_config config) {
    server_fixture relay{std::move(config)};
    relay.connect(1);
    relay.say(1, relay.answer(1, 'a'));
    return std::get<welcome>(*decode(relay.take(1).at(1))).limit.rate;
  };
  BOOST_TEST(told_rate({}) == 16u << 20);
  BOOST_TEST(told_rate({.rate = unlimited_rate}) == 0u);
}

BOOST_AUTO_TEST_CASE(real_signatures_are_checked) {
  test::seeded_random random{3};
  auto self = crypto::identity::generate(random);
  server_config config;
  config.verify = [](const peer_id& key, byte_view message, const signature& proof) {
    return crypto::verify(key, message, crypto::signature{proof});
  };
  config.hosts = {"h:1"};
  server relay{config, random};
  auto login = [&](guest_id guest, bool tamper) {
    relay.guest_connected({}, guest, {});
    auto asked = std::get<challenge>(*decode(relay.poll_transmit()->frame));
    auth proof;
    proof.peer = self.id();
    proof.host = "h:1";
    proof.proof = self.sign(auth_message(asked.random, proof.peer, proof.host)).octets;
    if (tamper)
      proof.proof[0] ^= std::byte{1};
    relay.handle_message({}, guest, encode(proof));
    return decode(relay.poll_transmit()->frame)->index();
  };
  BOOST_TEST(login(guest_id{1}, false) == frame{welcome{}}.index());
  BOOST_TEST(login(guest_id{2}, true) == frame{error{}}.index());
}

BOOST_AUTO_TEST_CASE(a_relay_that_does_not_know_its_names_lets_nobody_in) {
  server_config config;
  config.verify = test::verify_as;
  test::seeded_random random{4};
  server relay{config, random};
  auto login = [&](guest_id guest) {
    relay.guest_connected({}, guest, {});
    auto asked = std::get<challenge>(*decode(relay.poll_transmit()->frame));
    auth proof;
    proof.peer = peer_named('a');
    proof.host = "relay:1";
    proof.proof = test::sign_as(proof.peer, auth_message(asked.random, proof.peer, proof.host));
    relay.handle_message({}, guest, encode(proof));
    return decode(relay.poll_transmit()->frame)->index();
  };
  BOOST_TEST(login(guest_id{1}) == frame{error{}}.index());
  BOOST_TEST(relay.counters().bad_hosts == 1u);
  relay.reachable_as({"relay:1"});
  BOOST_TEST(login(guest_id{2}) == frame{welcome{}}.index());
}

BOOST_AUTO_TEST_CASE(whoever_does_not_prove_its_key_is_refused_with_a_counted_reason) {
  auto refused = [](auto change, refusal why, auto counter) {
    server_fixture relay{{.hosts = {"relay:1"}, .token = secret_bytes{"token"}}};
    relay.connect(1);
    auto proof = relay.answer(1, 'a');
    proof.token = secret_bytes{"token"};
    change(proof, relay);
    relay.say(1, proof);
    BOOST_TEST(relay.is_refused(1, why));
    BOOST_TEST((std::get<error>(*decode(relay.take(1).back())).code == why));
    BOOST_TEST((relay.server.counters().*counter == 1u));
    BOOST_TEST(relay.server.guests() == 0u);
  };
  using proof = auth;
  refused(
      [](proof& one, auto&) { one.proof[3] ^= std::byte{1}; }, refusal::bad_signature,
      &server_counters::bad_signatures);
  refused(
      [](proof& one, auto&) { one.peer = peer_named('b'); }, refusal::bad_signature,
      &server_counters::bad_signatures);
  refused(
      [](proof& one, auto&) { one.host = "other:1"; }, refusal::bad_signature, &server_counters::bad_hosts);
  refused(
      [](proof& one, auto&) { one.token = secret_bytes{"tokem"}; }, refusal::bad_token,
      &server_counters::bad_tokens);
  refused([](proof& one, auto&) { one.token = {}; }, refusal::bad_token, &server_counters::bad_tokens);
  refused([](proof& one, auto&) { one.version = 2; }, refusal::unsupported, &server_counters::unsupported);
  // The answer to another connection's challenge.
  refused(
      [](proof& one, auto& relay) {
        relay.connect(2);
        auto replayed = relay.answer(2, 'a');
        replayed.token = one.token;
        one = replayed;
        relay.server.guest_gone(relay.now, guest_id{2});
      },
      refusal::bad_signature, &server_counters::bad_signatures);
}

BOOST_AUTO_TEST_CASE(garbage_closes_that_guest_and_no_other) {
  server_fixture relay;
  relay.admit(1, 'a');
  relay.admit(2, 'b');
  relay.say(1, join{x});
  relay.say(2, join{x});
  relay.take(1);
  relay.say(2, bytes(50, std::byte{0xee}));
  BOOST_TEST(relay.is_refused(2, refusal::bad_frame));
  BOOST_TEST(relay.server.counters().bad_frames == 1u);
  BOOST_TEST((relay.only<gone>(1).peer == peer_named('b')));
  relay.connect(3);
  relay.say(3, bytes(largest_frame + 1, std::byte{0x0a}));
  BOOST_TEST(relay.is_refused(3, refusal::bad_frame));
  BOOST_TEST(relay.server.counters().oversized == 1u);
  relay.connect(4);
  relay.say(4, join{x});
  BOOST_TEST(relay.server.counters().unauthenticated == 1u);
  relay.connect(5);
  relay.say(5, relay.answer(5, 'e'));
  relay.say(5, relay.answer(5, 'e'));
  BOOST_TEST(relay.server.counters().unexpected == 1u);
  relay.admit(6, 'f');
  relay.say(6, gone{peer_named('a')});
  BOOST_TEST(relay.is_refused(6, refusal::bad_frame));
  BOOST_TEST(relay.server.guests() == 1u);
  // What a refused guest still sends is ignored.
  relay.say(6, join{x});
  BOOST_TEST(relay.server.guests() == 1u);
}

BOOST_AUTO_TEST_CASE(members_are_listed_on_join_and_told_of_who_comes_and_goes) {
  server_fixture relay;
  relay.admit(1, 'a');
  relay.admit(2, 'b');
  relay.say(1, join{x});
  auto list = relay.only<members>(1);
  BOOST_TEST(list.peers.empty());
  BOOST_TEST(list.last);
  relay.say(2, join{x});
  BOOST_TEST((relay.only<members>(2).peers == std::vector{peer_named('a')}));
  BOOST_TEST((relay.only<presence>(1) == presence{x, peer_named('b'), true}));
  relay.say(2, leave{x});
  BOOST_TEST((relay.only<presence>(1) == presence{x, peer_named('b'), false}));
  relay.say(2, leave{x});
  BOOST_TEST(relay.server.counters().not_a_member == 1u);
  relay.say(2, join{y});
  relay.say(1, join{y});
  relay.say(1, join{y});
  relay.take(1);
  relay.take(2);
  relay.server.guest_gone(relay.now, guest_id{1});
  relay.poll();
  BOOST_TEST((relay.only<gone>(2).peer == peer_named('a')));
  BOOST_TEST(relay.server.topics() == 1u);
}

BOOST_AUTO_TEST_CASE(a_long_member_list_comes_in_pages) {
  server_fixture relay{{.guests_per_address = 10'000}};
  for (int i = 0; i < 1'100; ++i) {
    relay.connect(i + 10);
    auto proof = relay.answer(i + 10, 'm');
    auto asked = std::get<challenge>(*decode(relay.frames[guest_id(i + 10)].at(0)));
    proof.peer.octets[0] = static_cast<std::byte>(i);
    proof.peer.octets[1] = static_cast<std::byte>(i >> 8);
    proof.proof = test::sign_as(proof.peer, auth_message(asked.random, proof.peer, proof.host));
    relay.say(i + 10, proof);
    relay.say(i + 10, join{x});
  }
  relay.admit(1, 'a');
  relay.say(1, join{x});
  auto pages = relay.take(1);
  BOOST_REQUIRE(pages.size() == 2u);
  auto first = std::get<members>(*decode(pages[0]));
  auto second = std::get<members>(*decode(pages[1]));
  BOOST_TEST(first.peers.size() == members_per_page);
  BOOST_TEST(!first.last);
  BOOST_TEST(second.peers.size() == 1'100u - members_per_page);
  BOOST_TEST(second.last);
}

BOOST_AUTO_TEST_CASE(frames_pass_between_guests_that_share_a_topic_with_the_sender_named) {
  server_fixture relay;
  relay.admit(1, 'a');
  relay.admit(2, 'b');
  relay.say(1, join{x});
  relay.say(2, join{x});
  relay.take(1);
  relay.take(2);
  relay.say(1, open{peer_named('b'), 5});
  BOOST_TEST((relay.only<open>(2) == open{peer_named('a'), 5}));
  relay.say(1, data{peer_named('b'), 5, as_byte_view("hello")});
  BOOST_TEST((relay.take(2).at(0) == encode(data{peer_named('a'), 5, as_byte_view("hello")})));
  relay.say(2, credit{peer_named('a'), 5, 9});
  BOOST_TEST((relay.only<credit>(1) == credit{peer_named('b'), 5, 9}));
  relay.say(2, reset{peer_named('a'), 5, circuit_reason::closed});
  BOOST_TEST((relay.only<reset>(1) == reset{peer_named('b'), 5, circuit_reason::closed}));
  relay.say(2, relay::signal{peer_named('a'), as_byte_view("punch")});
  BOOST_TEST((relay.take(1).at(0) == encode(relay::signal{peer_named('b'), as_byte_view("punch")})));
  BOOST_TEST(relay.server.counters().forwarded == 5u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_delivered_bounces_and_no_topic_in_common_means_no_way) {
  server_fixture relay;
  relay.admit(1, 'a');
  relay.admit(2, 'b');
  relay.say(1, join{x});
  relay.say(2, join{y});
  relay.take(1);
  relay.take(2);
  relay.say(1, open{peer_named('b'), 5});
  BOOST_TEST((relay.only<unreachable>(1) == unreachable{peer_named('b'), 5}));
  BOOST_TEST(relay.server.counters().no_shared_topic == 1u);
  relay.say(1, data{peer_named('q'), 6, as_byte_view("x")});
  BOOST_TEST((relay.only<unreachable>(1) == unreachable{peer_named('q'), 6}));
  relay.say(1, open{peer_named('a'), 6});
  BOOST_TEST((relay.only<unreachable>(1) == unreachable{peer_named('a'), 6}));
  BOOST_TEST(relay.server.counters().unknown_peer == 2u);
  // A reset or a signal to nobody is dropped: answering would never end.
  relay.say(1, reset{peer_named('q'), 6, circuit_reason::closed});
  relay.say(1, relay::signal{peer_named('q'), as_byte_view("x")});
  BOOST_TEST(relay.take(1).empty());
  BOOST_TEST(relay.take(2).empty());
  // After leaving the only common topic circuits end.
  relay.say(2, join{x});
  relay.say(1, open{peer_named('b'), 7});
  relay.say(2, leave{x});
  relay.take(1);
  relay.say(1, data{peer_named('b'), 7, as_byte_view("x")});
  BOOST_TEST((relay.only<unreachable>(1) == unreachable{peer_named('b'), 7}));
}

BOOST_AUTO_TEST_CASE(the_second_connection_of_a_peer_replaces_the_first) {
  server_fixture relay;
  relay.admit(1, 'a');
  relay.admit(2, 'b');
  relay.say(1, join{x});
  relay.say(2, join{x});
  relay.take(2);
  relay.admit(3, 'a');
  BOOST_TEST(relay.is_refused(1, refusal::replaced));
  BOOST_TEST((relay.only<gone>(2).peer == peer_named('a')));
  relay.say(3, join{x});
  BOOST_TEST((relay.only<presence>(2) == presence{x, peer_named('a'), true}));
  relay.take(3);
  relay.say(2, data{peer_named('a'), 1, as_byte_view("x")});
  BOOST_TEST(relay.take(3).size() == 1u);
  // The end of the first WebSocket, told late, changes nothing.
  relay.server.guest_gone(relay.now, guest_id{1});
  relay.poll();
  BOOST_TEST(relay.take(2).empty());
  BOOST_TEST(relay.server.counters().replaced == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_peer_sent_last_arrives_before_the_news_that_it_is_gone) {
  server_fixture relay{{.link_window = 1}};
  relay.admit(1, 'a');
  relay.admit(2, 'b');
  relay.say(1, join{x});
  relay.say(2, join{x});
  relay.take(2);
  relay.stuck.insert(guest_id{2});
  relay.say(1, data{peer_named('b'), 5, as_byte_view("first, fills the WebSocket")});
  relay.say(1, data{peer_named('b'), 5, as_byte_view("last words")});
  relay.server.guest_gone(relay.now, guest_id{1});
  // The same peer comes back at once.
  relay.admit(3, 'a');
  relay.say(3, join{x});
  relay.stuck.clear();
  relay.server.drained(relay.now, guest_id{2}, 0);
  relay.poll();
  auto got = relay.take(2);
  BOOST_REQUIRE(got.size() == 4u);
  BOOST_TEST(as_text(std::get<data>(*decode(got[1])).payload) == "last words");
  BOOST_TEST(std::holds_alternative<gone>(*decode(got[2])));
  BOOST_TEST((std::get<presence>(*decode(got[3])) == presence{x, peer_named('a'), true}));
}

BOOST_AUTO_TEST_CASE(shutting_down_tells_everybody) {
  server_fixture relay;
  relay.admit(1, 'a');
  relay.admit(2, 'b');
  relay.connect(3);
  relay.say(1, join{x});
  relay.say(2, join{x});
  relay.server.shut_down(relay.now);
  relay.poll();
  for (int guest : {1, 2, 3}) {
    BOOST_TEST(relay.is_refused(guest, refusal::shutting_down));
    BOOST_TEST((std::get<error>(*decode(relay.take(guest).back())).code == refusal::shutting_down));
  }
  BOOST_TEST(relay.server.guests() == 0u);
  BOOST_TEST(!relay.server.poll_timeout());
}

BOOST_AUTO_TEST_SUITE_END()
