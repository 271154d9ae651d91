#include "tests/support/vectors.hpp"
#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/address_policy.hpp"
#include "transports/dht/secure_id.hpp"

#include <boost/test/unit_test.hpp>

using warren::as_byte_view;
using warren::endpoint;
using warren::from_hex;
using warren::ip_address;
using warren::test::seeded_random;
namespace dht = warren::dht;

BOOST_AUTO_TEST_SUITE(secure_id_test)

BOOST_AUTO_TEST_CASE(crc32c_gives_the_check_value_of_the_catalogue) {
  BOOST_TEST(dht::crc32c(as_byte_view("123456789")) == 0xe3069283u);
  BOOST_TEST(dht::crc32c({}) == 0u);
}

// The table of BEP 42: only the first 21 bits and the last octet are fixed.
BOOST_AUTO_TEST_CASE(the_vectors_of_bep_42_hold) {
  seeded_random random{42};
  int checked = 0;
  for (const auto& v : warren::test::load_vectors("bep_42.json")) {
    auto text = v["address"].get<std::string>();
    auto address = *ip_address::parse(text);
    auto published = *dht::node_id::from(*from_hex(v["id"].get<std::string>()));
    BOOST_TEST(dht::is_secure_id(published, address), text);
    auto made = dht::make_secure_id(address, v["rand"].get<std::uint8_t>(), random);
    BOOST_TEST(common_prefix(made, published) >= 21u, text);
    BOOST_TEST((made.octets[19] == published.octets[19]), text);
    BOOST_TEST(dht::is_secure_id(made, address));
    ++checked;
  }
  BOOST_TEST(checked == 5);
}

BOOST_AUTO_TEST_CASE(an_id_suits_its_own_address_only) {
  seeded_random random{43};
  auto mine = *ip_address::parse("124.31.75.21");
  auto other = *ip_address::parse("124.31.75.22");
  auto mine6 = *ip_address::parse("2001:db8:85a3::8a2e:370:7334");
  auto other6 = *ip_address::parse("2001:db8:85a4::8a2e:370:7334");
  for (int i = 0; i < 50; ++i) {
    auto id = dht::make_secure_id(mine, random);
    BOOST_TEST(dht::is_secure_id(id, mine));
    BOOST_TEST(!dht::is_secure_id(id, other));
    auto id6 = dht::make_secure_id(mine6, random);
    BOOST_TEST(dht::is_secure_id(id6, mine6));
    BOOST_TEST(!dht::is_secure_id(id6, other6));
  }
}

BOOST_AUTO_TEST_CASE(loopback_and_private_addresses_suit_any_id) {
  seeded_random random{44};
  for (auto text :
       {"127.0.0.1", "10.1.2.3", "192.168.0.9", "172.20.1.1", "169.254.3.4", "::1", "fe80::1", "fd00::1"})
    BOOST_TEST(dht::is_secure_id(dht::make_random_id(random), *ip_address::parse(text)), text);
}

BOOST_AUTO_TEST_CASE(addresses_that_are_no_host_or_of_a_narrower_scope_are_not_acceptable) {
  auto accepted = [](const char* where, const char* source) {
    auto parsed = *endpoint::parse(where);
    return dht::is_acceptable(parsed, *ip_address::parse(source), parsed.address.family());
  };
  for (auto where :
       {"224.0.0.1:1", "255.255.255.255:1", "0.0.0.0:1", "8.8.8.8:0", "[ff02::1]:1", "[::]:1",
        "127.0.0.1:0"}) {
    BOOST_TEST(!accepted(where, "127.0.0.1"), where);
    BOOST_TEST(!accepted(where, "8.8.4.4"), where);
  }
  BOOST_TEST(accepted("8.8.8.8:1", "9.9.9.9"));
  BOOST_TEST(accepted("8.8.8.8:1", "127.0.0.1"));
  BOOST_TEST(!accepted("127.0.0.1:1", "9.9.9.9"));
  BOOST_TEST(!accepted("127.0.0.1:1", "192.168.1.1"));
  BOOST_TEST(accepted("127.0.0.1:1", "127.0.0.2"));
  BOOST_TEST(!accepted("192.168.1.1:1", "9.9.9.9"));
  BOOST_TEST(accepted("192.168.1.1:1", "10.0.0.1"));
  BOOST_TEST(accepted("192.168.1.1:1", "127.0.0.1"));
  BOOST_TEST(!dht::is_acceptable(
      *endpoint::parse("8.8.8.8:1"), *ip_address::parse("9.9.9.9"), warren::address_family::ipv6));
}

BOOST_AUTO_TEST_CASE(a_network_is_a_24_or_a_64) {
  auto network = [](const char* text) { return to_string(dht::network_of(*ip_address::parse(text))); };
  BOOST_TEST(network("1.2.3.4") == "1.2.3.0");
  BOOST_TEST(network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
}

BOOST_AUTO_TEST_SUITE_END()
