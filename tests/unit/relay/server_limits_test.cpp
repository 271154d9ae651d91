#include "tests/unit/relay/server_fixture.hpp"

using namespace warren;
using namespace warren::relay;
using namespace std::chrono_literals;
using test::peer_named;
using test::server_fixture;

namespace {

const auto x = blind(topic::of("x"));

/// Two guests on one topic.
struct pair_fixture : server_fixture {
  explicit pair_fixture(server_config config = {}) : server_fixture{std::move(config)} {
    admit(1, 'a');
    admit(2, 'b');
    say(1, join{x});
    say(2, join{x});
    take(1);
    take(2);
  }

  /// Guest 1 sends `size` octets to guest 2.
  void send(std::size_t size) {
    bytes payload(size, std::byte{5});
    say(1, data{peer_named('b'), 1, payload});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(relay_server_limits)

BOOST_AUTO_TEST_CASE(guests_are_limited_in_all_and_by_address) {
  server_fixture relay{{.guests = 3, .guests_per_address = 2}};
  relay.connect(1, 1);
  relay.connect(2, 1);
  relay.connect(3, 1);
  BOOST_TEST(relay.is_refused(3, refusal::too_many_from_ip));
  relay.connect(4, 2);
  relay.connect(5, 3);
  BOOST_TEST(relay.is_refused(5, refusal::full));
  BOOST_TEST(relay.server.counters().over_limit == 1u);
  BOOST_TEST(relay.server.counters().over_address_limit == 1u);
  relay.server.guest_gone(relay.now, guest_id{1});
  relay.connect(6, 1);
  BOOST_TEST(relay.server.guests() == 3u);
}

BOOST_AUTO_TEST_CASE(topics_are_limited) {
  server_fixture relay{{.topics_per_guest = 2}};
  relay.admit(1, 'a');
  for (auto name : {"1", "2"})
    relay.say(1, join{blind(topic::of(name))});
  BOOST_TEST(relay.refused.empty());
  relay.say(1, join{blind(topic::of("1"))});
  BOOST_TEST(relay.refused.empty());
  relay.say(1, join{blind(topic::of("3"))});
  BOOST_TEST(relay.is_refused(1, refusal::too_many_topics));
  BOOST_TEST(relay.server.topics() == 0u);
}

BOOST_AUTO_TEST_CASE(whoever_does_not_authenticate_in_time_is_dropped) {
  server_fixture relay{{.handshake_timeout = 10s}};
  relay.connect(1);
  relay.pass(9s);
  BOOST_TEST(relay.refused.empty());
  relay.pass(2s);
  BOOST_TEST(relay.is_refused(1, refusal::handshake_timeout));
  BOOST_TEST(relay.server.counters().handshake_timeouts == 1u);
}

BOOST_AUTO_TEST_CASE(a_silent_guest_is_asked_and_then_dropped) {
  server_fixture relay{{.heartbeat = 10s}};
  relay.admit(1, 'a');
  relay.pass(10s);
  auto asked = relay.only<ping>(1);
  relay.say(1, pong{asked.id});
  relay.pass(10s);
  relay.only<ping>(1);
  relay.pass(19s);
  BOOST_TEST(relay.take(1).empty());
  BOOST_TEST(relay.refused.empty());
  relay.pass(1s);
  BOOST_TEST(relay.is_refused(1, refusal::silent));
}

BOOST_AUTO_TEST_CASE(a_guests_ping_is_answered) {
  server_fixture relay;
  relay.admit(1, 'a');
  relay.say(1, ping{42});
  BOOST_TEST(relay.only<pong>(1).id == 42u);
}

BOOST_AUTO_TEST_CASE(a_guest_above_its_rate_is_read_slower_and_not_cut) {
  pair_fixture relay{{.rate = 100'000, .burst = 200'000}};
  for (int i = 0; i < 3; ++i)
    relay.send(65'000);
  BOOST_TEST(relay.server.counters().throttled == 0u);
  auto reads = relay.granted[guest_id{1}];
  relay.send(65'000);
  BOOST_TEST(relay.server.counters().throttled == 1u);
  BOOST_TEST(relay.granted[guest_id{1}] == reads);
  // About 60'000 octets too much: paid back in 0.6 s.
  relay.pass(500ms);
  BOOST_TEST(relay.granted[guest_id{1}] == reads);
  relay.pass(200ms);
  BOOST_TEST(relay.granted[guest_id{1}] > reads);
  BOOST_TEST(relay.refused.empty());
  BOOST_TEST(relay.take(2).size() == 4u); // what was read was passed on
}

BOOST_AUTO_TEST_CASE(over_a_long_time_a_guest_gets_its_rate) {
  pair_fixture relay{{.rate = 1'000'000, .burst = 100'000, .heartbeat = 1h}};
  auto begin = relay.now;
  std::size_t sent = 0;
  std::size_t used = relay.granted[guest_id{1}] - 6; // two of eight were used for the handshake and are owed
  while (relay.now < begin + 60s) {
    while (used < relay.granted[guest_id{1}]) {
      relay.send(50'000);
      sent += 50'000;
      ++used;
    }
    relay.pass(10ms);
    relay.take(2);
  }
  BOOST_TEST(sent >= 59'000'000u);
  BOOST_TEST(sent <= 61'000'000u);
  BOOST_TEST(relay.refused.empty());
}

BOOST_AUTO_TEST_CASE(a_slow_reader_holds_its_senders_back_and_nobody_else) {
  pair_fixture relay{{.sender_queue = 300'000, .link_window = 100'000}};
  relay.admit(3, 'c');
  relay.admit(4, 'd');
  relay.say(3, join{x});
  relay.say(4, join{x});
  relay.stuck.insert(guest_id{2});
  auto reads = relay.granted[guest_id{1}];
  std::size_t sent = 0;
  while (relay.server.counters().throttled == 0) {
    relay.send(60'000);
    BOOST_REQUIRE(++sent < 100);
  }
  // The window of the WebSocket and the queue of the sender, each passed by one frame at most.
  BOOST_TEST(sent * 60'000 <= 100'000 + 300'000 + 120'000u);
  reads = relay.granted[guest_id{1}];
  relay.pass(5s);
  BOOST_TEST(relay.granted[guest_id{1}] == reads);
  // Others go on.
  relay.take(4);
  relay.say(3, data{peer_named('d'), 1, as_byte_view("x")});
  BOOST_TEST(relay.take(4).size() == 1u);
  // It reads again: everything arrives, and the sender is read again.
  relay.stuck.clear();
  relay.server.drained(relay.now, guest_id{2}, 0);
  relay.poll();
  std::size_t arrived = 0;
  for (const auto& frame : relay.take(2))
    arrived += std::holds_alternative<data>(*decode(frame)) ? 1 : 0;
  BOOST_TEST(arrived == sent);
  BOOST_TEST(relay.granted[guest_id{1}] > reads);
  BOOST_TEST(relay.refused.empty());
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_is_dropped_with_a_reason_and_its_senders_go_on) {
  pair_fixture relay{{.sender_queue = 200'000, .link_window = 100'000, .slow_reader = 20s}};
  relay.stuck.insert(guest_id{2});
  while (relay.server.counters().throttled == 0)
    relay.send(60'000);
  auto reads = relay.granted[guest_id{1}];
  relay.pass(19s);
  BOOST_TEST(relay.refused.empty());
  relay.pass(2s);
  BOOST_TEST(relay.is_refused(2, refusal::slow_reader));
  BOOST_TEST(relay.server.counters().slow_readers == 1u);
  BOOST_TEST(relay.granted[guest_id{1}] > reads);
  bool told = false;
  for (const auto& frame : relay.take(1))
    told = told || std::holds_alternative<gone>(*decode(frame));
  BOOST_TEST(told);
  // The pause was ours: the sender is not taken for silent.
  relay.pass(10s);
  BOOST_TEST(!relay.is_refused(1, refusal::silent));
}

BOOST_AUTO_TEST_CASE(a_reader_whose_control_frames_pile_up_is_dropped) {
  pair_fixture relay{{.control_queue = 10'000, .link_window = 1'000}};
  relay.stuck.insert(guest_id{1});
  for (int i = 0; i < 2'000 && relay.refused.empty(); ++i)
    relay.say(1, ping{1});
  BOOST_TEST(relay.is_refused(1, refusal::slow_reader));
}

BOOST_AUTO_TEST_CASE(two_senders_share_a_slow_reader_evenly) {
  pair_fixture relay{{.sender_queue = 4'000'000, .link_window = 70'000}};
  relay.admit(3, 'c');
  relay.say(3, join{x});
  relay.take(2);
  relay.stuck.insert(guest_id{2});
  bytes large(64'000, std::byte{1});
  bytes small(1'000, std::byte{1});
  for (int i = 0; i < 40; ++i)
    relay.say(1, data{peer_named('b'), 1, large});
  for (int i = 0; i < 2'560; ++i)
    relay.say(3, data{peer_named('b'), 1, small});
  std::map<peer_id, std::size_t> got;
  std::size_t seen = 0;
  while (seen < 2'000'000) {
    relay.queued[guest_id{2}] = 0;
    relay.server.drained(relay.now, guest_id{2}, 0);
    relay.poll();
    for (const auto& frame : relay.take(2))
      if (auto part = decode(frame); std::holds_alternative<data>(*part)) {
        got[std::get<data>(*part).peer] += frame.size();
        seen += frame.size();
      }
  }
  auto first = got[peer_named('a')];
  auto second = got[peer_named('c')];
  BOOST_TEST((first > second ? first - second : second - first) < 200'000u);
}

BOOST_AUTO_TEST_CASE(signals_to_a_full_queue_are_dropped_and_counted) {
  pair_fixture relay{{.link_window = 1'000}};
  relay.stuck.insert(guest_id{2});
  bytes payload(largest_signal, std::byte{1});
  for (int i = 0; i < 100; ++i)
    relay.say(1, relay::signal{peer_named('b'), payload});
  BOOST_TEST(relay.server.counters().dropped_signals > 40u);
  BOOST_TEST(relay.server.counters().throttled == 0u);
}

BOOST_AUTO_TEST_CASE(reads_are_granted_back_as_messages_are_handled) {
  pair_fixture relay{{.read_ahead = 4}};
  auto before = relay.granted[guest_id{1}];
  for (int i = 0; i < 100; ++i)
    relay.send(10);
  auto after = relay.granted[guest_id{1}];
  BOOST_TEST(after - before >= 99u);
  BOOST_TEST(after - before <= 102u);
}

BOOST_AUTO_TEST_SUITE_END()
