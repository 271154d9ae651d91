#include "messages/topic.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;

BOOST_AUTO_TEST_SUITE(topic_test)

// specs/pluresdb-transport.md section 2, topic derivation.
BOOST_AUTO_TEST_CASE(topics_equal_those_of_pluresdb) {
  BOOST_TEST(to_string(topic::of("")) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  BOOST_TEST(
      to_string(topic::of("test")) == "928b20366943e2afd11ebc0eae2e53a93bf177a4fcf35bcc64d503704e65e202");
  BOOST_TEST(
      to_string(topic::of("my-database"))
      == "dc365a610d48569b953b16c961389c28ed3d1e7210949dde7a073cc1d1963208");
}

BOOST_AUTO_TEST_CASE(a_secret_changes_the_topic_whatever_its_length) {
  auto plain = topic::of("test");
  auto keyed = topic::of("test", as_byte_view("k"));
  auto long_keyed = topic::of("test", to_bytes(std::string(200, 'k')));
  BOOST_TEST((plain != keyed));
  BOOST_TEST((keyed != long_keyed));
  BOOST_TEST((plain != long_keyed));
  BOOST_TEST((topic::of("test", as_byte_view("k")) == keyed));
}

BOOST_AUTO_TEST_CASE(a_topic_reads_back_and_a_short_one_is_refused) {
  auto value = topic::of("test");
  BOOST_TEST((topic::parse(to_string(value)) == value));
  BOOST_TEST(!topic::parse(to_string(value).substr(2)).has_value());
  BOOST_TEST(!topic::parse("zz").has_value());
  BOOST_TEST(to_hex(value.info_hash()) == to_string(value).substr(0, 40));
}

BOOST_AUTO_TEST_SUITE_END()
