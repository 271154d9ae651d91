#include "tools/warren/api/percent.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren::program;

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(unreserved_characters_stay_and_all_others_are_escaped) {
  BOOST_TEST(percent_encode("azAZ09-._~") == "azAZ09-._~");
  BOOST_TEST(percent_encode("a/b ?&=%") == "a%2fb%20%3f%26%3d%25");
  BOOST_TEST(percent_encode("\xc3\xa9") == "%c3%a9");
}

BOOST_AUTO_TEST_CASE(every_octet_comes_back) {
  std::string all;
  for (int octet = 0; octet < 256; ++octet)
    all += static_cast<char>(octet);
  BOOST_TEST(percent_decode(percent_encode(all)).value() == all);
}

BOOST_AUTO_TEST_CASE(both_cases_of_digits_are_read_and_a_plus_is_a_plus) {
  BOOST_TEST(percent_decode("%2F%2f+").value() == "//+");
}

BOOST_AUTO_TEST_CASE(a_percent_sign_without_two_digits_is_refused) {
  for (auto text : {"%", "a%2", "%g0", "%2g", "%%41", "% 1"})
    BOOST_TEST(!percent_decode(text), text);
}

BOOST_AUTO_TEST_CASE(a_value_is_found_by_its_whole_name_and_the_first_counts) {
  BOOST_TEST(query_value("prefix=a%20b&x=1", "prefix").value() == "a b");
  BOOST_TEST(query_value("xx=1&x=2&x=3", "x").value() == "2");
  BOOST_TEST(query_value("x=a=b", "x").value() == "a=b");
  BOOST_TEST(query_value("flag&x=1", "flag").value().empty());
}

BOOST_AUTO_TEST_CASE(a_value_that_is_missing_or_malformed_is_none) {
  BOOST_TEST(!query_value("", "x"));
  BOOST_TEST(!query_value("xx=1&&y", "x"));
  BOOST_TEST(!query_value("x=%2", "x"));
}

BOOST_AUTO_TEST_SUITE_END()
