// How many connections a server takes, and from whom.
#include "transports/net/websocket_server.hpp"

#include "tests/unit/net/raw_client.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::net;

namespace {

/// A server that knows no page.
struct server_fixture {
  server_fixture() { limits.listen = {*ip_address::parse("127.0.0.1"), 0}; }

  void listen() {
    auto listening = websocket_server::listen(io, limits, {});
    BOOST_REQUIRE(listening);
    server = *listening;
  }

  void check_served(test::raw_client& client) {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(client.read_until("nothing here\"}\n").starts_with("HTTP/1.1 404"));
  }

  server_config limits;
  std::shared_ptr<websocket_server> server;
  io_threads io;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_limits, server_fixture)

BOOST_AUTO_TEST_CASE(connections_above_the_limit_are_closed_at_once) {
  limits.connections = 1;
  listen();
  test::raw_client first{server->local()};
  check_served(first);
  test::raw_client second{server->local()};
  BOOST_TEST(second.read_all().empty());
  BOOST_TEST(server->counters().over_limit == 1u);
  BOOST_TEST(server->counters().connections == 1u);
}

BOOST_AUTO_TEST_CASE(one_address_has_only_its_share_of_the_places) {
  limits.connections_per_address = 1;
  listen();
  {
    test::raw_client first{server->local()};
    check_served(first);
    test::raw_client second{server->local()};
    BOOST_TEST(second.read_all().empty());
    BOOST_TEST(server->counters().over_address_limit == 1u);
    first.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    first.read_all();
  }
  // Its place is free again, at the latest when the server has noticed.
  std::string answer;
  for (int i = 0; i < 10'000 && answer.empty(); ++i) {
    test::raw_client third{server->local()};
    third.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    answer = third.read_all();
  }
  BOOST_TEST(answer.starts_with("HTTP/1.1 404"));
}

BOOST_AUTO_TEST_CASE(an_ipv6_network_counts_as_one_address) {
  auto site = [](const char* text) { return network_site(*ip_address::parse(text)); };
  BOOST_TEST((site("2001:db8::1") == site("2001:db8::ffff:1")));
  BOOST_TEST((site("2001:db8::1") != site("2001:db8:0:1::1")));
  BOOST_TEST((site("192.0.2.1") != site("192.0.2.2")));
}

BOOST_AUTO_TEST_SUITE_END()
