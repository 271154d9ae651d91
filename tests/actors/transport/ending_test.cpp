// Pipes that are being ended, and a peer that does not do its part.
#include "actors/noise_stream.hpp"
#include "tests/actors/transport/fake_peer_fixture.hpp"

using namespace warren;
using namespace warren::test;

namespace {

/// A connection actor over that stream.
struct connection_fixture : fake_peer_fixture {
  connection_fixture() {
    session_settings settings;
    crypto::system_random random;
    settings.identity = std::make_shared<const crypto::identity>(crypto::identity::generate(random));
    settings.directory = std::make_shared<session_directory>();
    settings.supervisor = supervisor.handle;
    others = sys.registry().running();
    track(spawn_noise_stream(sys, std::move(settings), stream()));
    pass(0s);
  }

  bool is_gone() { return sys.registry().running() == others; }

  recorder<session_closed> supervisor = record<session_closed>();
  std::size_t others = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(ending_test)

BOOST_FIXTURE_TEST_CASE(
    a_stranger_that_acknowledges_our_end_and_says_no_more_keeps_no_place, connection_fixture) {
  pass(session::limits{}.handshake_timeout);
  acknowledge_end();
  BOOST_REQUIRE(supervisor.all<session_closed>().size() == 1u);
  BOOST_TEST(!is_gone(), "its peer may still end in order");
  pass(pipe_set::peer_end_timeout);
  BOOST_TEST(is_gone());
  BOOST_TEST(dialler.all<stream_released>().size() == 1u);
  BOOST_TEST(sent(udx::packet_type::destroy).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_ends_too_is_let_go_in_order, connection_fixture) {
  pass(session::limits{}.handshake_timeout);
  auto end = sent(udx::packet_type::end);
  BOOST_REQUIRE(!end.empty());
  network.inject(peer->local(), port->local(), acknowledge(end.back().seq + 1, udx::packet_type::end));
  pass(udx::config{}.linger);
  BOOST_TEST(is_gone());
  BOOST_TEST(sent(udx::packet_type::destroy).empty());
}

BOOST_FIXTURE_TEST_CASE(a_pipe_that_was_let_go_waits_so_long_for_its_peers_end, pipes_fixture) {
  pipes.end(now(), pipe, false);
  drive();
  live(5s);
  receive(acknowledge(sent(udx::packet_type::end).back().seq + 1));
  live(pipe_set::peer_end_timeout - 1ms);
  BOOST_TEST(pipes.size() == 1u);
  live(1ms);
  BOOST_TEST(pipes.empty());
  BOOST_TEST(dialler.all<stream_released>().size() == 1u);
}

// Acknowledged one by one, so that the stream's own patience never ends.
BOOST_FIXTURE_TEST_CASE(a_pipe_whose_peer_takes_what_is_on_it_slowly_is_given_up_too, pipes_fixture) {
  pipes.find(pipe)->line->write(bytes(1 << 20, std::byte{1}));
  pipes.end(now(), pipe, false);
  drive();
  std::uint32_t taken = 0;
  for (auto second = 0s; second < pipe_set::end_timeout - 1s; ++second) {
    receive(acknowledge({++taken}));
    live(1s);
  }
  BOOST_TEST(pipes.size() == 1u);
  BOOST_TEST(dialler.all<stream_released>().empty());
  live(1s);
  BOOST_TEST(pipes.empty());
  BOOST_TEST(sent(udx::packet_type::destroy).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_pipe_that_has_ended_on_both_sides_lingers_and_is_not_cut, pipes_fixture) {
  live(1s);
  pipes.end(now(), pipe, false);
  drive();
  auto end = sent(udx::packet_type::end).back();
  live(10s);
  receive(acknowledge(end.seq + 1, udx::packet_type::end));
  live(udx::config{}.linger - 1ms);
  BOOST_TEST(pipes.size() == 1u);
  live(1ms);
  BOOST_TEST(pipes.empty());
  BOOST_TEST(sent(udx::packet_type::destroy).empty());
}

BOOST_AUTO_TEST_SUITE_END()
