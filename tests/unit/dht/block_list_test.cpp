#include "transports/dht/block_list.hpp"

#include <boost/test/unit_test.hpp>

using warren::ip_address;
using warren::dht::network;

BOOST_AUTO_TEST_SUITE(block_list_test)

BOOST_AUTO_TEST_CASE(a_network_contains_what_shares_its_leading_bits) {
  auto contains = [](const char* text, const char* address) {
    return network::parse(text)->contains(*ip_address::parse(address));
  };
  BOOST_TEST(contains("192.0.2.0/24", "192.0.2.255"));
  BOOST_TEST(!contains("192.0.2.0/24", "192.0.3.0"));
  BOOST_TEST(contains("10.128.0.0/9", "10.255.1.1"));
  BOOST_TEST(!contains("10.128.0.0/9", "10.127.1.1"));
  BOOST_TEST(contains("1.2.3.4", "1.2.3.4"));
  BOOST_TEST(!contains("1.2.3.4", "1.2.3.5"));
  BOOST_TEST(contains("0.0.0.0/0", "9.9.9.9"));
  BOOST_TEST(!contains("0.0.0.0/0", "2001:db8::1"));
  BOOST_TEST(contains("2001:db8::/33", "2001:db8:7fff::1"));
  BOOST_TEST(!contains("2001:db8::/33", "2001:db8:8000::1"));
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_refused) {
  for (auto text : {"", "/", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/8x", "::1/129", "host/8"})
    BOOST_TEST(!network::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(the_text_of_a_network_is_read_back) {
  for (auto text : {"192.0.2.0/24", "0.0.0.0/0", "2001:db8::/33", "1.2.3.4", "2001:db8::1"})
    BOOST_TEST(to_string(*network::parse(text)) == text);
}

BOOST_AUTO_TEST_SUITE_END()
