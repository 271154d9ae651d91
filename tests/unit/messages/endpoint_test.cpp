#include "messages/endpoint.hpp"

#include <boost/test/unit_test.hpp>

using warren::address_family;
using warren::endpoint;
using warren::ip_address;

BOOST_AUTO_TEST_SUITE(endpoint_test)

BOOST_AUTO_TEST_CASE(an_endpoint_of_either_family_reads_back_as_written) {
  for (auto text : {"127.0.0.1:0", "192.0.2.1:65535", "[::1]:80", "[2001:db8::1]:6881"}) {
    auto parsed = endpoint::parse(text);
    BOOST_REQUIRE_MESSAGE(parsed, text);
    BOOST_TEST(to_string(*parsed) == text);
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  for (auto text :
       {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "::1:80",
        "[::1]", "[::1%lo]:80", "localhost:80", "1.2.3:80", "256.0.0.1:1", "[127.0.0.1:80"})
    BOOST_TEST(!endpoint::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(an_ipv4_mapped_address_is_the_ipv4_address) {
  auto mapped = ip_address::parse("::ffff:192.0.2.7");
  BOOST_REQUIRE(mapped);
  BOOST_TEST((mapped->family() == address_family::ipv4));
  BOOST_TEST(to_string(*mapped) == "192.0.2.7");
  BOOST_TEST((*mapped == *ip_address::parse("192.0.2.7")));
}

BOOST_AUTO_TEST_CASE(address_ranges_are_told_apart) {
  auto is = [](const char* text) { return *ip_address::parse(text); };
  BOOST_TEST(is("127.3.2.1").is_loopback());
  BOOST_TEST(is("::1").is_loopback());
  BOOST_TEST(!is("::2").is_loopback());
  BOOST_TEST(is("10.0.0.1").is_private());
  BOOST_TEST(is("172.31.255.255").is_private());
  BOOST_TEST(!is("172.32.0.0").is_private());
  BOOST_TEST(is("100.64.0.1").is_private());
  BOOST_TEST(is("fe80::1").is_private());
  BOOST_TEST(is("fd00::1").is_private());
  BOOST_TEST(!is("2001:db8::1").is_private());
  BOOST_TEST(is("224.0.0.1").is_multicast());
  BOOST_TEST(is("ff02::1").is_multicast());
  BOOST_TEST(is("0.0.0.0").is_unspecified());
  BOOST_TEST(is("::").is_unspecified());
}

BOOST_AUTO_TEST_SUITE_END()
