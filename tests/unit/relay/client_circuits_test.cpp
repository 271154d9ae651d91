#include "tests/unit/relay/client_fixture.hpp"

using namespace warren;
using namespace warren::relay;
using namespace warren::relay::client_event;
using test::client_fixture;
using test::peer_named;

namespace {

struct met_fixture : client_fixture {
  explicit met_fixture(client_config config = {}) : client_fixture{std::move(config)} {
    go_online();
    meet('b');
  }

  /// Opens a circuit to b.
  circuit dial_b() {
    auto made = client.open_circuit(now, peer_named('b'));
    BOOST_REQUIRE(made);
    wire = only_sent<open>().circuit;
    return *made;
  }

  std::uint64_t wire = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(relay_client_circuits)

BOOST_AUTO_TEST_CASE(a_circuit_is_opened_written_and_closed) {
  met_fixture guest;
  auto id = guest.dial_b();
  BOOST_TEST(guest.client.write(guest.now, id, as_byte_view("hello")) == 5u);
  auto part = guest.only_sent<data>();
  BOOST_TEST((part.peer == peer_named('b')));
  BOOST_TEST(part.circuit == guest.wire);
  BOOST_TEST(as_text(part.payload) == "hello");
  guest.client.close_circuit(guest.now, id);
  BOOST_TEST((guest.only_sent<reset>() == reset{peer_named('b'), guest.wire, circuit_reason::closed}));
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.client.write(guest.now, id, as_byte_view("x")) == 0u);
}

BOOST_AUTO_TEST_CASE(an_inbound_circuit_is_told_and_its_data_follow_in_order) {
  met_fixture guest;
  guest.say(open{peer_named('b'), 5});
  auto opened = guest.only<circuit_opened>();
  BOOST_TEST((opened.peer == peer_named('b')));
  for (auto text : {"one", "two"}) {
    guest.say(data{peer_named('b'), 5, as_byte_view(text)});
    auto part = guest.only<circuit_data>();
    BOOST_TEST((part.id == opened.id));
    BOOST_TEST(as_text(part.payload()) == text);
  }
  guest.say(reset{peer_named('b'), 5, circuit_reason::closed});
  auto closed = guest.only<circuit_closed>();
  BOOST_TEST((closed.id == opened.id));
  BOOST_TEST((closed.reason == circuit_reason::closed));
}

BOOST_AUTO_TEST_CASE(only_reachable_peers_are_dialled) {
  client_fixture guest;
  BOOST_TEST((guest.client.open_circuit(guest.now, peer_named('b')).error() == relay_errc::offline));
  BOOST_TEST((guest.client.signal(guest.now, peer_named('b'), as_byte_view("x")) == relay_errc::offline));
  guest.go_online();
  BOOST_TEST((guest.client.open_circuit(guest.now, peer_named('b')).error() == relay_errc::unknown_peer));
  BOOST_TEST(
      (guest.client.signal(guest.now, peer_named('b'), as_byte_view("x")) == relay_errc::unknown_peer));
}

BOOST_AUTO_TEST_CASE(circuits_are_limited_both_ways) {
  met_fixture guest{{.circuits = 2}};
  guest.dial_b();
  guest.dial_b();
  BOOST_TEST(
      (guest.client.open_circuit(guest.now, peer_named('b')).error() == relay_errc::too_many_circuits));
  guest.say(open{peer_named('b'), 5});
  BOOST_TEST((guest.only_sent<reset>() == reset{peer_named('b'), 5, circuit_reason::refused}));
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.client.counters().refused_circuits == 1u);
}

BOOST_AUTO_TEST_CASE(one_peer_has_a_few_circuits_whoever_opens_them) {
  met_fixture guest;
  BOOST_TEST(!guest.client.join(guest.now, guest.x));
  auto ours = guest.dial_b();
  for (std::uint64_t wire = 1; wire <= 3; ++wire) {
    guest.say(open{peer_named('b'), wire});
    guest.only<circuit_opened>();
  }
  guest.say(open{peer_named('b'), 4});
  BOOST_TEST((guest.only_sent<reset>() == reset{peer_named('b'), 4, circuit_reason::refused}));
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.client.counters().circuits_over_peer_limit == 1u);
  BOOST_TEST(guest.client.counters().refused_circuits == 0u);
  BOOST_TEST(
      (guest.client.open_circuit(guest.now, peer_named('b')).error() == relay_errc::too_many_circuits));
  // Another peer is not concerned, and one that ends makes room.
  guest.say(open{peer_named('c'), 4});
  guest.only<circuit_opened>();
  guest.client.close_circuit(guest.now, ours);
  guest.only_sent<reset>();
  guest.say(open{peer_named('b'), 5});
  guest.only<circuit_opened>();
}

BOOST_AUTO_TEST_CASE(an_id_in_use_opens_nothing_and_harms_nothing) {
  met_fixture guest;
  auto id = guest.dial_b();
  guest.say(open{peer_named('b'), guest.wire});
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.sent.empty());
  BOOST_TEST(guest.client.write(guest.now, id, as_byte_view("x")) == 1u);
}

BOOST_AUTO_TEST_CASE(stale_frames_never_reach_a_newer_circuit) {
  met_fixture guest;
  guest.dial_b();
  auto old_wire = guest.wire;
  guest.say(reset{peer_named('b'), old_wire, circuit_reason::closed});
  guest.only<circuit_closed>();
  auto id = guest.dial_b();
  BOOST_TEST(guest.wire != old_wire);
  guest.say(data{peer_named('b'), old_wire, as_byte_view("stale")});
  BOOST_TEST(guest.events.empty());
  BOOST_TEST((guest.only_sent<reset>() == reset{peer_named('b'), old_wire, circuit_reason::unknown}));
  guest.say(credit{peer_named('b'), old_wire, 5});
  guest.say(reset{peer_named('b'), old_wire, circuit_reason::closed});
  BOOST_TEST(guest.events.empty());
  BOOST_TEST(guest.sent.empty());
  BOOST_TEST(guest.client.counters().unknown_circuits == 3u);
  guest.say(data{peer_named('b'), guest.wire, as_byte_view("fresh")});
  BOOST_TEST((guest.only<circuit_data>().id == id));
}

BOOST_AUTO_TEST_CASE(the_peers_credit_bounds_what_is_sent) {
  met_fixture guest;
  auto id = guest.dial_b();
  bytes octets(2 * initial_window, std::byte{3});
  std::size_t taken = 0;
  for (auto more = guest.client.write(guest.now, id, octets); more > 0;
       more = guest.client.write(guest.now, id, octets)) {
    taken += more;
    guest.poll();
  }
  BOOST_TEST(taken == initial_window);
  BOOST_TEST(guest.client.writable(id) == 0u);
  guest.events.clear();
  guest.say(credit{peer_named('b'), guest.wire, 1'000});
  BOOST_TEST((guest.only<circuit_writable>().id == id));
  BOOST_TEST(guest.client.writable(id) == 1'000u);
  guest.say(credit{peer_named('b'), guest.wire, 0xffffffff});
  BOOST_TEST(guest.client.counters().bad_credits == 1u);
  BOOST_TEST(guest.client.writable(id) == 1'000u);
}

BOOST_AUTO_TEST_CASE(credit_is_granted_as_data_is_consumed) {
  met_fixture guest;
  guest.say(open{peer_named('b'), 5});
  auto id = guest.only<circuit_opened>().id;
  bytes octets(65'536, std::byte{1});
  for (int i = 0; i < 4; ++i)
    guest.say(data{peer_named('b'), 5, octets});
  guest.events.clear();
  guest.client.consumed(guest.now, id, octets.size());
  guest.poll();
  BOOST_TEST(guest.sent.empty());
  guest.client.consumed(guest.now, id, octets.size());
  BOOST_TEST((guest.only_sent<credit>() == credit{peer_named('b'), 5, 131'072}));
  guest.say(data{peer_named('b'), 5, octets});
  guest.say(data{peer_named('b'), 5, octets});
  BOOST_TEST(guest.count<circuit_data>() == 2u);
}

BOOST_AUTO_TEST_CASE(a_sender_beyond_its_credit_loses_the_circuit) {
  met_fixture guest;
  guest.say(open{peer_named('b'), 5});
  bytes octets(65'536, std::byte{1});
  for (int i = 0; i < 4; ++i)
    guest.say(data{peer_named('b'), 5, octets});
  guest.events.clear();
  guest.say(data{peer_named('b'), 5, as_byte_view("x")});
  BOOST_TEST((guest.only<circuit_closed>().reason == circuit_reason::overflow));
  BOOST_TEST((guest.only_sent<reset>() == reset{peer_named('b'), 5, circuit_reason::overflow}));
  BOOST_TEST(guest.client.counters().overflows == 1u);
  BOOST_TEST(guest.client.online());
}

BOOST_AUTO_TEST_CASE(circuits_end_with_the_peer_the_bounce_or_the_link) {
  met_fixture guest;
  auto first = guest.dial_b();
  guest.say(unreachable{peer_named('b'), guest.wire});
  auto bounced = guest.only<circuit_closed>();
  BOOST_TEST((bounced.id == first));
  BOOST_TEST((bounced.reason == circuit_reason::unreachable));
  guest.dial_b();
  guest.say(gone{peer_named('b')});
  BOOST_REQUIRE(guest.events.size() == 2u);
  BOOST_TEST((std::get<circuit_closed>(guest.events[0]).reason == circuit_reason::peer_gone));
  guest.events.clear();
  guest.meet('b');
  guest.dial_b();
  guest.client.handle_disconnected(guest.now, {});
  guest.poll();
  BOOST_TEST((std::get<circuit_closed>(guest.events.at(0)).reason == circuit_reason::link_lost));
}

BOOST_AUTO_TEST_CASE(a_link_that_does_not_drain_holds_data_back) {
  met_fixture guest{{.link_window = 100'000}};
  auto id = guest.dial_b();
  guest.stuck = true;
  bytes octets(200'000, std::byte{1});
  BOOST_TEST(guest.client.write(guest.now, id, octets) == 200'000u);
  guest.poll();
  BOOST_TEST(guest.sent.size() == 2u); // the window, passed by one frame at most
  guest.poll();
  BOOST_TEST(guest.sent.size() == 2u);
  guest.client.drained(guest.now, 0);
  guest.poll();
  BOOST_TEST(guest.sent.size() == 4u);
}

BOOST_AUTO_TEST_CASE(control_frames_overtake_data) {
  met_fixture guest;
  auto id = guest.dial_b();
  bytes octets(200'000, std::byte{1});
  guest.client.write(guest.now, id, octets);
  BOOST_TEST(!guest.client.signal(guest.now, peer_named('b'), as_byte_view("punch")));
  guest.poll();
  BOOST_TEST(std::holds_alternative<relay::signal>(*decode(guest.sent.at(0))));
}

BOOST_AUTO_TEST_CASE(answers_that_others_provoke_never_cost_the_link) {
  met_fixture guest{{.link_window = 1, .control_queue = 100}};
  guest.stuck = true;
  for (int i = 0; i < 10'000; ++i)
    guest.say(data{peer_named('b'), 1, as_byte_view("x")});
  BOOST_TEST(guest.client.online());
  BOOST_TEST((guest.client.signal(guest.now, peer_named('b'), as_byte_view("x")) == relay_errc::queue_full));
}

BOOST_AUTO_TEST_CASE(signals_pass_and_are_bounded) {
  met_fixture guest;
  guest.say(relay::signal{peer_named('b'), as_byte_view("hi")});
  auto got = guest.only<signal_received>();
  BOOST_TEST((got.payload == to_bytes("hi")));
  BOOST_TEST(!guest.client.signal(guest.now, peer_named('b'), as_byte_view("yo")));
  BOOST_TEST(as_text(guest.only_sent<relay::signal>().payload) == "yo");
  BOOST_TEST((guest.client.signal(guest.now, peer_named('b'), {}) == relay_errc::too_large));
  bytes large(largest_signal + 1, std::byte{1});
  BOOST_TEST((guest.client.signal(guest.now, peer_named('b'), large) == relay_errc::too_large));
}

BOOST_AUTO_TEST_CASE(unknown_circuits_are_harmless) {
  met_fixture guest;
  auto nothing = static_cast<circuit>(99);
  BOOST_TEST(guest.client.writable(nothing) == 0u);
  BOOST_TEST(guest.client.write(guest.now, nothing, as_byte_view("x")) == 0u);
  guest.client.consumed(guest.now, nothing, 5);
  guest.client.close_circuit(guest.now, nothing);
  guest.poll();
  BOOST_TEST(guest.sent.empty());
}

BOOST_AUTO_TEST_SUITE_END()
