#include "messages/byte_order.hpp"
#include "messages/udx_packet.hpp"
#include "tests/actors/transport/relay_mode_fixture.hpp"

using namespace warren;
using namespace warren::test;

namespace {

/// Two transports in mode auto; node 1 is also the DHT node where they meet.
struct path_fixture : relay_mode_fixture {
  void start_both(transport_mode mode = transport_mode::automatic) {
    a = start(1, mode);
    b = start(2, mode);
  }

  void require_connected_once() {
    for (const auto* n : {&a, &b}) {
      BOOST_REQUIRE(n->subscriber.all<connected>().size() == 1u);
      BOOST_REQUIRE(n->subscriber.all<closed>().empty());
    }
  }

  void start_connected(transport_mode mode = transport_mode::automatic) {
    start_both(mode);
    elapse(10s);
    require_connected_once();
  }

  void tell_of_change(const node& n) {
    act::anon_mail(network_changed{}).send(caf::actor_cast<caf::actor>(n.transport));
  }

  /// Sends `count` messages each way, and lets `time` pass.
  void talk(int count, std::chrono::nanoseconds time) {
    auto at_a = a.subscriber.all<connected>().back();
    auto at_b = b.subscriber.all<connected>().back();
    for (auto i = 0; i < count; ++i, ++said) {
      say(at_a, at_b, numbered());
      say(at_b, at_a, numbered());
    }
    elapse(time);
  }

  /// `a` says as much as is accepted without a path, and ends.
  void write_and_disconnect() {
    auto at_a = a.subscriber.all<connected>().back();
    auto at_b = b.subscriber.all<connected>().back();
    for (auto i = 0; i < 40; ++i, ++said)
      say(at_a, at_b, numbered());
    elapse(0s);
    spawn_function([this](caf::event_based_actor* self) {
      self->request(a.transport, caf::infinite, disconnect{})
          .then([this] { disconnected = caf::error{}; }, [this](const caf::error& e) { disconnected = e; });
    });
  }

  void check_disconnected_in_order() {
    elapse(20s);
    BOOST_REQUIRE(disconnected);
    BOOST_TEST(!*disconnected, describe(*disconnected));
    BOOST_TEST(b.subscriber.all<chunk_received>().size() == said);
    BOOST_REQUIRE(b.subscriber.all<closed>().size() == 1u);
    BOOST_TEST((b.subscriber.all<closed>().front().reason == errc::closed_by_peer));
  }

  bytes numbered() const {
    auto result = pattern(20'000);
    put_be(result, said);
    return result;
  }

  void check_all_arrived_once_in_order() {
    for (const auto* n : {&a, &b}) {
      const auto& heard = n->subscriber.all<chunk_received>();
      BOOST_REQUIRE(heard.size() == said);
      for (std::uint32_t i = 0; i < said; ++i) {
        byte_reader tail{heard[i].data.view().last(4)};
        BOOST_REQUIRE(tail.be<std::uint32_t>() == i);
      }
    }
  }

  node a, b;
  std::uint32_t said = 0;
  std::optional<caf::error> disconnected; // how it was answered
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(path_test, path_fixture)

BOOST_AUTO_TEST_CASE(a_connection_that_began_at_the_relay_moves_to_the_direct_way_when_that_opens) {
  network.cut(at(2));
  start_connected();
  BOOST_TEST((path_of(a) == path_kind::relay));
  network.mend(at(2));
  talk(10, 6min);
  require_connected_once();
  for (const auto* n : {&a, &b}) {
    BOOST_TEST((path_of(*n) == path_kind::lan));
    BOOST_TEST(n->subscriber.all<path_changed>().size() == 1u);
  }
  check_all_arrived_once_in_order();
}

BOOST_AUTO_TEST_CASE(when_the_direct_way_falls_silent_the_relay_takes_over_and_it_must_earn_its_way_back) {
  network.cut(at(2));
  start_both();
  elapse(10s);
  network.mend(at(2));
  elapse(6min);
  BOOST_REQUIRE((path_of(a) == path_kind::lan));
  network.cut(at(2));
  talk(20, 2s);
  check_all_arrived_once_in_order();
  for (const auto* n : {&a, &b})
    BOOST_TEST((path_of(*n) == path_kind::relay));
  network.mend(at(2));
  talk(20, 3s);
  BOOST_TEST((path_of(a) == path_kind::relay));
  talk(20, 1min);
  BOOST_TEST((path_of(a) == path_kind::lan));
  BOOST_TEST((path_of(b) == path_kind::lan));
  check_all_arrived_once_in_order();
  require_connected_once();
}

BOOST_AUTO_TEST_CASE(a_connection_survives_the_restart_of_its_only_relay) {
  start_both(transport_mode::relay);
  elapse(5s);
  require_connected_once();
  for (auto round = 0; round < 5; ++round) {
    talk(5, 100ms);
    stop_relay();
    talk(5, 3s);
    start_relay();
    elapse(15s);
    check_all_arrived_once_in_order();
  }
  require_connected_once();
}

BOOST_AUTO_TEST_CASE(a_silence_on_the_only_way_there_is_loses_nothing) {
  start_connected(transport_mode::hyperswarm);
  for (auto silence : {500ms, 5'000ms, 40'000ms}) {
    network.cut(at(2));
    talk(20, silence);
    network.mend(at(2));
    talk(20, 10s);
    check_all_arrived_once_in_order();
  }
  require_connected_once();
}

// What is under way cannot be cut anew (transports/udx), so the UDX stream is lost; the session goes on over another, whose
// packets are small at first.
BOOST_AUTO_TEST_CASE(a_path_that_becomes_narrower_without_a_word_loses_nothing) {
  constexpr std::size_t udp_overhead = 28;
  std::size_t mtu = 1500;
  auto swallowed = 0;
  network.loses = [&](const auto&, byte_view datagram) {
    auto too_large = datagram.size() + udp_overhead > mtu;
    swallowed += too_large ? 1 : 0;
    return too_large;
  };
  start_both(transport_mode::hyperswarm);
  elapse(10s);
  for (auto idle : {0ms, 3'000ms, 60'000ms}) {
    mtu = 1500;
    for (auto i = 0; i < 20; ++i)
      talk(5, 200ms);
    check_all_arrived_once_in_order();
    elapse(idle);
    mtu = 1280;
    swallowed = 0;
    talk(20, 2s);
    BOOST_TEST(swallowed > 0);
    check_all_arrived_once_in_order();
    elapse(11min); // until the next UDX stream has looked again whether the path has widened
  }
  require_connected_once();
}

BOOST_AUTO_TEST_CASE(a_change_of_address_that_the_system_tells_of_is_followed_at_once) {
  start_connected(transport_mode::hyperswarm);
  talk(5, 100ms);
  for (std::uint8_t moves = 1; moves <= 5; ++moves) {
    move(2, {*ip_address::parse("10.0.0." + std::to_string(moves)), 2});
    tell_of_change(b);
    talk(5, 300ms); // silence alone would be noticed later
    check_all_arrived_once_in_order();
  }
  require_connected_once();
  BOOST_TEST(state_of(b.transport).counters["supervisor.network_changed"] == 5u);
}

// The peer's end of the one it was before never comes; DESTROY is all that is left to say.
BOOST_AUTO_TEST_CASE(a_path_that_was_let_go_and_that_the_peer_does_not_end_goes_away) {
  start_connected(transport_mode::hyperswarm);
  network.loses = [](const endpoint& from, byte_view datagram) {
    auto packet = udx::parse_packet(datagram);
    return from == at(2) && packet && packet->header.has(udx::packet_type::end);
  };
  network.cut(at(2));
  talk(1, 1500ms); // suspect, and another path is looked for
  network.mend(at(2));
  talk(1, 5s);
  BOOST_TEST(connection_of(a.transport).pipes.size() > 1u);
  talk(1, pipe_set::end_timeout);
  BOOST_TEST(connection_of(a.transport).pipes.size() == 1u);
  check_all_arrived_once_in_order();
  require_connected_once();
}

BOOST_AUTO_TEST_CASE(a_path_that_took_over_has_proved_to_be_the_peers) {
  start_connected(transport_mode::hyperswarm);
  move(2, {*ip_address::parse("10.0.0.1"), 2});
  tell_of_change(b);
  talk(5, 1s);
  for (const auto* n : {&a, &b}) {
    auto& connection = connection_of(n->transport);
    auto active = *connection.session.active_pipe();
    BOOST_TEST(active > 1u);
    BOOST_TEST(connection.pipes.find(active)->udx->is_proved());
  }
}

BOOST_AUTO_TEST_CASE(moves_in_quick_succession_are_followed_to_the_last) {
  start_connected(transport_mode::hyperswarm);
  for (std::uint8_t moves = 1; moves <= 20; ++moves) {
    move(2, {*ip_address::parse("10.0.0." + std::to_string(moves)), 2});
    tell_of_change(b);
    talk(1, std::chrono::milliseconds{10 * moves});
  }
  elapse(500ms);
  check_all_arrived_once_in_order();
  require_connected_once();
}

BOOST_AUTO_TEST_CASE(a_change_of_network_that_leaves_a_path_alone_disturbs_nothing) {
  start_connected();
  auto dialled = [&] { return state_of(a.transport).book.dials_in_flight(); };
  auto before = path_of(a);
  for (auto i = 0; i < 20; ++i) {
    tell_of_change(a);
    elapse(10ms);
    BOOST_TEST(dialled() == 0u);
  }
  BOOST_TEST(state_of(a.transport).counters.count("supervisor.network_changed") == 0u);
  talk(5, 100ms);
  check_all_arrived_once_in_order();
  require_connected_once();
  BOOST_TEST((path_of(a) == before));
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_gone_for_good_is_told_as_such_when_the_resume_window_is_over) {
  start_connected(transport_mode::hyperswarm);
  network.cut(at(2));
  elapse(90s);
  BOOST_REQUIRE(a.subscriber.all<closed>().size() == 1u);
  BOOST_TEST((a.subscriber.all<closed>().front().reason == errc::path_lost));
}

BOOST_AUTO_TEST_CASE(killing_whoever_opens_streams_costs_no_connection) {
  start_connected(transport_mode::hyperswarm);
  kill(state_of(a.transport).dialler);
  talk(10, 5s);
  network.cut(at(2));
  elapse(20s);
  network.mend(at(2));
  talk(10, 10s);
  check_all_arrived_once_in_order();
  require_connected_once();
}

BOOST_AUTO_TEST_CASE(a_connection_that_one_side_has_lost_is_made_anew) {
  start_connected(transport_mode::hyperswarm);
  kill(state_of(a.transport).streams.begin()->second.actor);
  elapse(1min);
  for (const auto* n : {&a, &b}) {
    BOOST_TEST(n->subscriber.all<closed>().size() == 1u);
    BOOST_TEST(n->subscriber.all<connected>().size() == 2u);
  }
  talk(5, 1s);
  check_all_arrived_once_in_order();
}

BOOST_AUTO_TEST_CASE(what_was_written_before_a_disconnect_arrives_although_the_relay_restarts_meanwhile) {
  start_both(transport_mode::relay);
  elapse(5s);
  require_connected_once();
  stop_relay();
  write_and_disconnect();
  elapse(3s);
  start_relay();
  check_disconnected_in_order();
}

BOOST_AUTO_TEST_CASE(
    what_was_written_before_a_disconnect_arrives_over_the_relay_when_the_direct_way_falls_silent) {
  start_connected();
  BOOST_REQUIRE((path_of(a) == path_kind::lan));
  network.cut(at(2));
  write_and_disconnect();
  check_disconnected_in_order();
}

BOOST_AUTO_TEST_SUITE_END()
