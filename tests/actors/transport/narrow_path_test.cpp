// Paths on which the handshake fits and data does not: their MTU is below 1200, the smallest that UDX works with.
#include "tests/actors/transport/pair_fixture.hpp"

using namespace warren;
using namespace warren::test;

namespace {

constexpr std::size_t narrow = 1100;

bool tells(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

struct narrow_pair : pair_fixture {
  /// From now on nothing larger gets through, nobody is told, and there is something to send.
  void make_narrow_and_write() {
    constexpr std::size_t ip_and_udp_headers = 28;
    network.loses = [](const endpoint&, byte_view datagram) {
      return datagram.size() > narrow - ip_and_udp_headers;
    };
    bytes incompressible(100'000);
    crypto::system_random{}.fill(incompressible);
    (void)attempt(at_a.connection, write_chunk{at_a.key.channel, chunk{std::move(incompressible)}});
  }

  /// Returns what the writer is told in the end.
  closed wait_for_end() {
    pass(options{}.path_timeout + options{}.resume_window + 20s);
    BOOST_REQUIRE(a.subscriber.all<closed>().size() == 1u);
    return a.subscriber.all<closed>().front();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(narrow_path_test)

BOOST_FIXTURE_TEST_CASE(
    a_path_that_is_known_to_be_too_narrow_is_not_dialled_and_that_is_told, swarm_fixture) {
  network.known_mtu = narrow;
  auto a = start(10);
  auto b = start(11);
  join(a);
  join(b);
  pass(10s);
  BOOST_TEST(a.subscriber.all<connected>().empty());
  std::vector<std::string> reasons;
  for (const auto& event : a.events.all<swarm_event>())
    if (event.kind == "dial_failed")
      reasons.push_back(event.reason);
  BOOST_REQUIRE(!reasons.empty());
  for (const auto& part : {"1100", "1200", "relay"})
    BOOST_TEST(tells(reasons.front(), part), reasons.front());
}

BOOST_FIXTURE_TEST_CASE(
    a_connection_on_a_path_that_takes_small_packets_only_ends_with_a_reason, narrow_pair) {
  make_narrow_and_write();
  auto end = wait_for_end();
  BOOST_TEST((end.reason == errc::path_lost));
  BOOST_TEST(tells(end.detail, "1200"), end.detail);
  BOOST_TEST(tells(end.detail, "may not have arrived"), end.detail);
}

BOOST_FIXTURE_TEST_CASE(what_a_router_has_said_about_the_path_is_the_reason, narrow_pair) {
  network.known_mtu = narrow;
  make_narrow_and_write();
  auto end = wait_for_end();
  BOOST_TEST((end.reason == errc::path_lost));
  BOOST_TEST(tells(end.detail, to_string(b.where) + " takes IP packets of 1100"), end.detail);
}

BOOST_AUTO_TEST_SUITE_END()
