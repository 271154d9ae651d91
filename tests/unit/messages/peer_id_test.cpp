#include "messages/peer_id.hpp"
#include "messages/zbase32.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;

BOOST_AUTO_TEST_SUITE(peer_id_test)

BOOST_AUTO_TEST_CASE(z_base_32_matches_published_values) {
  // The specification's own example octets and libbase32's well-known pair.
  BOOST_TEST(to_zbase32(*from_hex("f0bfc7")) == "6n9hq");
  BOOST_TEST(to_zbase32(*from_hex("d47a04")) == "4t7ye");
  BOOST_TEST(to_zbase32({}) == "");
}

BOOST_AUTO_TEST_CASE(a_peer_id_reads_back_from_both_of_its_spellings) {
  peer_id id;
  for (std::size_t i = 0; i < id.octets.size(); ++i)
    id.octets[i] = static_cast<std::byte>(i * 37 + 11);
  BOOST_TEST(to_string(id).size() == 52u);
  BOOST_TEST((peer_id::parse(to_string(id)) == id));
  BOOST_TEST((peer_id::parse(to_hex(id.octets)) == id));
}

BOOST_AUTO_TEST_CASE(a_misspelt_peer_id_is_refused) {
  auto text = to_string(peer_id{});
  BOOST_TEST(!peer_id::parse(text.substr(1)).has_value());
  BOOST_TEST(!peer_id::parse(text + "y").has_value());
  auto last_bits_set = text;
  last_bits_set.back() = '9';
  BOOST_TEST(!peer_id::parse(last_bits_set).has_value());
  auto foreign_letter = text;
  foreign_letter.front() = 'l';
  BOOST_TEST(!peer_id::parse(foreign_letter).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
