#include "messages/udx_packet.hpp"
#include "transports/net/own_addresses.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;

BOOST_AUTO_TEST_SUITE(own_addresses)

BOOST_AUTO_TEST_CASE(loopback_takes_larger_packets_than_any_other_way) {
  auto mtu = net::mtu_towards(*endpoint::parse("127.0.0.1:9"));
  BOOST_REQUIRE(mtu.has_value());
  BOOST_TEST(*mtu >= udx::largest_packet);
  BOOST_TEST((net::source_towards(*endpoint::parse("127.0.0.1:9")) == ip_address::parse("127.0.0.1")));
}

BOOST_AUTO_TEST_CASE(where_no_route_leads_no_mtu_is_known) {
  // RFC 4291 2.5.2: not an address that anything can be sent to; a multicast scope without an interface has no route.
  BOOST_TEST(!net::mtu_towards(*endpoint::parse("[ff01::1]:9")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
