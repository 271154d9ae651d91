#include "tests/support/seeded_random.hpp"
#include "transports/dial/endpoint.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace std::chrono_literals;
using namespace warren;

namespace {

const auto initiator_at = *endpoint::parse("192.0.2.1:1000");
const auto responder_at = *endpoint::parse("192.0.2.2:2000");

// An initiator and a responder, with every packet between them in the test's hands.
struct fixture {
  explicit fixture(dial::config settings = {})
      : initiator{settings, random_a}, responder{settings, random_b} {}

  // Takes what `from` sends now and gives it to `to`; returns how many octets that were.
  std::size_t pass(dial::endpoint& from, const endpoint& from_at, dial::endpoint& to) {
    std::size_t octets = 0;
    while (auto out = from.poll_transmit()) {
      octets += out->payload.size();
      to.handle_packet(now, from_at, out->payload);
    }
    return octets;
  }
  void start() { BOOST_REQUIRE(bool(initiator.dial(now, responder_at))); }

  std::size_t forth() { return pass(initiator, initiator_at, responder); }
  std::size_t back() { return pass(responder, responder_at, initiator); }

  template <class Event>
  Event expect(dial::endpoint& at) {
    auto what = at.poll_event();
    BOOST_REQUIRE(what.has_value());
    BOOST_REQUIRE(std::holds_alternative<Event>(*what));
    return std::get<Event>(*what);
  }

  // Dials and exchanges packets until both sides have their stream.
  std::pair<dial::outbound, dial::inbound> connect() {
    auto attempt = initiator.dial(now, responder_at);
    BOOST_REQUIRE(bool(attempt));
    for (int i = 0; i < 2; ++i) {
      forth();
      back();
    }
    return {expect<dial::outbound>(initiator), expect<dial::inbound>(responder)};
  }

  time_point now{1h};
  test::seeded_random random_a{1};
  test::seeded_random random_b{2};
  dial::endpoint initiator;
  dial::endpoint responder;
};

bytes sent_by(dial::endpoint& from) {
  auto out = from.poll_transmit();
  BOOST_REQUIRE(out.has_value());
  return out->payload;
}

} // namespace

BOOST_AUTO_TEST_SUITE(dial_endpoint)

BOOST_AUTO_TEST_CASE(both_sides_learn_how_large_packets_the_other_takes) {
  fixture large{{.largest_packet = 9000}};
  auto [opened, accepted] = large.connect();
  BOOST_TEST(opened.peer_takes == 9000u);
  BOOST_TEST(accepted.peer_takes == 9000u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_says_nothing_or_too_little_takes_what_every_udx_peer_takes) {
  for (std::uint16_t told : {0, 1, 1499}) {
    fixture small{{.largest_packet = told}};
    auto [opened, accepted] = small.connect();
    BOOST_TEST(opened.peer_takes == 1500u);
    BOOST_TEST(accepted.peer_takes == 1500u);
  }
}

BOOST_AUTO_TEST_CASE(two_round_trips_give_both_sides_the_same_stream) {
  fixture f;
  auto attempt = f.initiator.dial(f.now, responder_at);
  BOOST_REQUIRE(bool(attempt));
  BOOST_TEST(f.forth() == 32u);
  // Nothing is kept for a source that has proved nothing.
  BOOST_TEST(f.responder.inbound_streams() == 0u);
  BOOST_TEST(!f.responder.poll_event().has_value());
  BOOST_TEST(!f.responder.poll_timeout().has_value());
  BOOST_TEST(f.back() <= 32u);
  f.forth();
  auto in = f.expect<dial::inbound>(f.responder);
  f.back();
  auto out = f.expect<dial::outbound>(f.initiator);
  BOOST_TEST(out.attempt == *attempt);
  BOOST_TEST(out.local_id == in.remote_id);
  BOOST_TEST(out.remote_id == in.local_id);
  BOOST_TEST((out.remote == responder_at));
  BOOST_TEST((in.remote == initiator_at));
  BOOST_TEST(f.initiator.attempts_in_flight() == 0u);
  BOOST_TEST(!f.initiator.poll_timeout().has_value());
}

BOOST_AUTO_TEST_CASE(an_unanswered_open_is_repeated_with_growing_pauses_and_given_up) {
  fixture f;
  f.start();
  auto start = f.now;
  std::vector<duration> sent;
  for (int steps = 0; steps < 100; ++steps) {
    while (f.initiator.poll_transmit())
      sent.push_back(f.now - start);
    auto next = f.initiator.poll_timeout();
    if (!next)
      break;
    f.initiator.handle_timeout(*next - 1ns); // too early: nothing
    BOOST_TEST(!f.initiator.poll_transmit().has_value());
    f.now = *next;
    f.initiator.handle_timeout(f.now);
  }
  BOOST_TEST((sent == std::vector<duration>{0ms, 200ms, 600ms, 1400ms, 3000ms, 4600ms}));
  BOOST_TEST((f.now - start == 5s));
  BOOST_TEST((f.expect<dial::failed>(f.initiator).reason == dial::errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_repeated_open_gets_the_same_accept_and_no_second_stream) {
  fixture f;
  f.start();
  f.forth();
  f.back();
  auto open = sent_by(f.initiator);
  f.responder.handle_packet(f.now, initiator_at, open);
  auto first = sent_by(f.responder);
  f.responder.handle_packet(f.now + 1s, initiator_at, open);
  BOOST_TEST((sent_by(f.responder) == first));
  BOOST_TEST(f.responder.inbound_streams() == 1u);
  BOOST_TEST(f.responder.stats().accepts_repeated == 1u);
  f.expect<dial::inbound>(f.responder);
  BOOST_TEST(!f.responder.poll_event().has_value());
}

BOOST_AUTO_TEST_CASE(a_late_open_of_a_released_stream_opens_nothing) {
  fixture f;
  f.start();
  f.forth();
  f.back();
  auto open = sent_by(f.initiator);
  f.responder.handle_packet(f.now, initiator_at, open);
  auto in = f.expect<dial::inbound>(f.responder);
  sent_by(f.responder);
  f.responder.release(f.now, in.local_id);
  BOOST_TEST(f.responder.inbound_streams() == 0u);
  f.responder.handle_packet(f.now + 1s, initiator_at, open);
  BOOST_TEST(!f.responder.poll_transmit().has_value());
  BOOST_TEST(!f.responder.poll_event().has_value());
  BOOST_TEST(f.responder.stats().open_of_released == 1u);
  // The memory of it goes with the cookie's life.
  f.now = f.responder.poll_timeout().value();
  f.responder.handle_timeout(f.now);
  BOOST_TEST(!f.responder.poll_timeout().has_value());
  f.responder.handle_packet(f.now, initiator_at, open);
  BOOST_TEST(f.responder.stats().bad_cookie == 1u);
  BOOST_TEST(!f.responder.poll_event().has_value());
}

BOOST_AUTO_TEST_CASE(a_forged_or_foreign_or_expired_cookie_is_refused_silently) {
  fixture f;
  f.start();
  f.forth();
  f.back();
  auto open = sent_by(f.initiator);
  auto forged = open;
  forged[20] ^= std::byte{1};
  f.responder.handle_packet(f.now, initiator_at, forged);
  auto other_id = open;
  other_id[4] ^= std::byte{1};
  f.responder.handle_packet(f.now, initiator_at, other_id);
  auto other_nonce = open;
  other_nonce[8] ^= std::byte{1};
  f.responder.handle_packet(f.now, initiator_at, other_nonce);
  f.responder.handle_packet(f.now, *endpoint::parse("192.0.2.1:1001"), open);
  f.responder.handle_packet(f.now, *endpoint::parse("192.0.2.3:1000"), open);
  BOOST_TEST(f.responder.stats().bad_cookie == 5u);
  // One lifetime later it is still good, two later not.
  f.responder.handle_packet(f.now + 31s, initiator_at, open);
  BOOST_TEST(f.responder.stats().bad_cookie == 6u);
  BOOST_TEST(!f.responder.poll_transmit().has_value());
  BOOST_TEST(!f.responder.poll_event().has_value());
}

BOOST_AUTO_TEST_CASE(a_cookie_outlives_one_change_of_the_secret) {
  fixture f;
  f.start();
  f.forth();
  f.back();
  auto open = sent_by(f.initiator);
  f.responder.handle_packet(f.now + 16s, initiator_at, open);
  BOOST_TEST(f.responder.inbound_streams() == 1u);
}

BOOST_AUTO_TEST_CASE(spoofed_sources_leave_no_state_and_get_no_more_than_they_sent) {
  fixture f;
  test::seeded_random random{3};
  std::size_t received = 0;
  std::size_t replied = 0;
  for (int i = 0; i < 10'000; ++i) {
    control::open forged;
    forged.initiator_id = random.draw<std::uint32_t>();
    random.fill(forged.token);
    if (i % 2 == 1)
      random.fill(forged.cookie);
    auto datagram = control::encode(forged);
    if (i % 5 == 0)
      datagram[1] = std::byte{2};
    received += datagram.size();
    auto source = endpoint{
        ip_address::v4({std::byte{198}, std::byte{51}, std::byte{100}, static_cast<std::byte>(i)}), 99};
    f.responder.handle_packet(f.now, source, datagram);
    while (auto out = f.responder.poll_transmit()) {
      BOOST_REQUIRE(out->payload.size() <= datagram.size());
      replied += out->payload.size();
    }
  }
  BOOST_TEST(replied <= received);
  BOOST_TEST(f.responder.inbound_streams() == 0u);
  BOOST_TEST(!f.responder.poll_timeout().has_value());
  BOOST_TEST(!f.responder.poll_event().has_value());
}

BOOST_AUTO_TEST_CASE(replies_that_fit_no_attempt_are_counted_and_ignored) {
  fixture f;
  f.start();
  auto open = sent_by(f.initiator);
  auto parsed = std::get<control::open>(*control::parse_packet(open));
  auto other = parsed.token;
  other[0] ^= std::byte{1};
  auto give = [&](const bytes& reply, const endpoint& from = responder_at) {
    f.initiator.handle_packet(f.now, from, reply);
  };
  give(control::encode(control::accept{parsed.initiator_id, other, 5}));
  give(control::encode(control::accept{parsed.initiator_id + 1, parsed.token, 5}));
  give(control::encode(control::accept{parsed.initiator_id, parsed.token, 5}), initiator_at);
  give(control::encode(control::cookie{parsed.initiator_id, other, {}}));
  give(control::encode(control::refuse{parsed.initiator_id, other, control::refusal::busy}));
  BOOST_TEST(f.initiator.stats().unknown_accept == 3u);
  BOOST_TEST(f.initiator.stats().unknown_cookie == 1u);
  BOOST_TEST(f.initiator.stats().unknown_refuse == 1u);
  BOOST_TEST(!f.initiator.poll_event().has_value());
  BOOST_TEST(!f.initiator.poll_transmit().has_value());
  BOOST_TEST(f.initiator.attempts_in_flight() == 1u);
}

BOOST_AUTO_TEST_CASE(an_accept_counts_once) {
  fixture f;
  f.start();
  f.forth();
  f.back();
  f.forth();
  auto accept = sent_by(f.responder);
  f.initiator.handle_packet(f.now, responder_at, accept);
  f.initiator.handle_packet(f.now, responder_at, accept);
  f.expect<dial::outbound>(f.initiator);
  BOOST_TEST(!f.initiator.poll_event().has_value());
  BOOST_TEST(f.initiator.stats().unknown_accept == 1u);
}

BOOST_AUTO_TEST_CASE(another_version_is_refused_and_says_so) {
  fixture f;
  f.start();
  auto open = sent_by(f.initiator);
  open[1] = std::byte{2};
  f.responder.handle_packet(f.now, initiator_at, open);
  BOOST_TEST(f.responder.stats().bad_version == 1u);
  f.back();
  BOOST_TEST((f.expect<dial::failed>(f.initiator).reason == dial::errc::version_mismatch));
}

BOOST_AUTO_TEST_CASE(dials_are_bounded_and_their_places_come_back) {
  dial::config settings;
  settings.max_attempts = 2;
  fixture f{settings};
  auto first = f.initiator.dial(f.now, responder_at);
  BOOST_TEST(bool(f.initiator.dial(f.now, responder_at)));
  BOOST_TEST((f.initiator.dial(f.now, responder_at).error() == dial::errc::too_many_attempts));
  f.initiator.cancel(*first);
  BOOST_TEST(bool(f.initiator.dial(f.now, responder_at)));
  f.initiator.handle_timeout(f.now + 5s);
  BOOST_TEST(f.initiator.attempts_in_flight() == 0u);
  int failures = 0;
  while (auto what = f.initiator.poll_event())
    failures += std::holds_alternative<dial::failed>(*what);
  BOOST_TEST(failures == 2); // nothing comes for the cancelled one
}

BOOST_AUTO_TEST_CASE(nobody_is_dialled_at_an_impossible_address) {
  fixture f;
  for (auto text : {"192.0.2.1:0", "0.0.0.0:80", "[::]:80", "224.0.0.1:80", "[ff02::1]:80"})
    BOOST_TEST((f.initiator.dial(f.now, *endpoint::parse(text)).error() == dial::errc::bad_endpoint));
}

BOOST_AUTO_TEST_CASE(replies_nobody_polls_are_bounded) {
  fixture f;
  control::open forged{7, {}, {}};
  for (std::size_t i = 0; i < dial::max_queued_transmits + 10; ++i)
    f.responder.handle_packet(f.now, initiator_at, control::encode(forged));
  BOOST_TEST(f.responder.stats().transmit_limit == 10u);
}

BOOST_AUTO_TEST_CASE(released_openings_are_bounded) {
  dial::inbound_table table;
  for (std::uint32_t i = 1; i <= dial::inbound_table::max_released + 10; ++i) {
    table.insert({initiator_at, i, {}}, i);
    BOOST_TEST(table.release(i, time_point{2h}));
  }
  BOOST_TEST(!table.holds(10));
  BOOST_TEST(table.holds(11));
  BOOST_TEST(!table.release(11, time_point{2h}));
  table.expire(time_point{2h});
  BOOST_TEST(!table.holds(11));
}

BOOST_AUTO_TEST_CASE(refused_packets_are_counted_by_reason) {
  fixture f;
  f.responder.handle_packet(f.now, initiator_at, as_byte_view("d1:ad2:id20:"));
  f.responder.handle_packet(f.now, initiator_at, as_byte_view("W\x01\x01"));
  f.responder.handle_packet(f.now, initiator_at, *from_hex("570203000000000000000000000000000000000000"));
  f.responder.handle_packet(f.now, initiator_at, *from_hex("570109000000000000000000000000000000000000"));
  f.responder.handle_packet(f.now, initiator_at, *from_hex("570104000000000000000000000000000900000000"));
  const auto& counts = f.responder.stats();
  BOOST_TEST(counts.not_control == 1u);
  BOOST_TEST(counts.truncated == 1u);
  BOOST_TEST(counts.bad_version == 1u);
  BOOST_TEST(counts.unknown_type == 1u);
  BOOST_TEST(counts.malformed == 1u);
  BOOST_TEST(!f.responder.poll_transmit().has_value());
}

BOOST_AUTO_TEST_CASE(local_ids_are_never_shared) {
  dial::config settings;
  settings.open_burst = settings.max_unproved_per_source = 200;
  fixture f{settings};
  std::set<std::uint32_t> at_initiator;
  std::set<std::uint32_t> at_responder;
  for (int i = 0; i < 200; ++i) {
    auto [out, in] = f.connect();
    BOOST_TEST(at_initiator.insert(out.local_id).second);
    BOOST_TEST(at_responder.insert(in.local_id).second);
  }
}

BOOST_AUTO_TEST_CASE(an_error_code_reads_back_and_says_what_to_do) {
  for (auto code :
       {dial::errc::timed_out, dial::errc::busy, dial::errc::version_mismatch, dial::errc::too_many_attempts,
        dial::errc::bad_endpoint}) {
    std::error_code error = code;
    BOOST_TEST((error == code));
    BOOST_TEST(error.message().size() > 20u);
    BOOST_TEST(std::string{error.category().name()} == "warren.dial");
  }
}

BOOST_AUTO_TEST_SUITE_END()
