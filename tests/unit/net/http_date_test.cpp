#include "transports/net/http_date.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using std::chrono::system_clock;
using warren::net::http_date;
using warren::net::parse_http_date;

BOOST_AUTO_TEST_SUITE(http_date_test)

BOOST_AUTO_TEST_CASE(the_example_of_the_rfc_is_written_and_read) {
  system_clock::time_point when{784'111'777s};
  BOOST_TEST(http_date(when) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST((parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == when));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back_to_the_second) {
  for (auto seconds = 0s; seconds < 4'000'000'000s; seconds += 12'345'678s) {
    system_clock::time_point when{seconds};
    BOOST_TEST((parse_http_date(http_date(when + 999ms)) == when));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_date_is_refused) {
  for (auto text :
       {"", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 0x Nov 1994 08:49:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT "})
    BOOST_TEST(!parse_http_date(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
