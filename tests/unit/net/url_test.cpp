#include "transports/net/errc.hpp"
#include "transports/net/url.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren::net;

BOOST_AUTO_TEST_SUITE(url_parsing)

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart_and_default_ports_are_filled_in) {
  auto where = url::parse("wss://Relay.Example.ORG/gun?x=1");
  BOOST_REQUIRE(where);
  BOOST_TEST((where->scheme == url_scheme::wss));
  BOOST_TEST(where->host == "relay.example.org");
  BOOST_TEST(where->port == 443);
  BOOST_TEST(where->path == "/gun?x=1");
  BOOST_TEST(where->secure());
  BOOST_TEST(where->authority() == "relay.example.org:443");
  BOOST_TEST(url::parse("ws://a")->port == 80);
  BOOST_TEST(url::parse("http://a")->port == 80);
  BOOST_TEST(url::parse("https://a:8443")->port == 8443);
  BOOST_TEST(url::parse("ws://a?q")->path == "/?q");
}

BOOST_AUTO_TEST_CASE(an_ipv6_host_keeps_its_brackets_only_in_text) {
  auto where = url::parse("ws://[::1]:4444");
  BOOST_REQUIRE(where);
  BOOST_TEST(where->host == "::1");
  BOOST_TEST(where->port == 4444);
  BOOST_TEST(where->authority() == "[::1]:4444");
  BOOST_TEST(to_string(*where) == "ws://[::1]:4444/");
}

BOOST_AUTO_TEST_CASE(text_and_value_round_trip) {
  for (auto text :
       {"ws://a:80/", "wss://relay.example:443/gun/00", "http://10.0.0.1:8080/x?y=z",
        "https://[2001:db8::1]:443/"})
    BOOST_TEST(to_string(*url::parse(text)) == text);
}

BOOST_AUTO_TEST_CASE(the_scheme_is_case_sensitive_and_one_of_four) {
  for (auto text : {"WSS://a", "Ws://a", "ftp://a", "a", "", "ws:/a", "//a", " ws://a"})
    BOOST_TEST(url::parse(text).error() == make_error_code(net_errc::bad_scheme), text);
}

BOOST_AUTO_TEST_CASE(bad_urls_are_refused) {
  for (auto text :
       {"ws://", "ws:///x", "ws://:80", "ws://a:", "ws://a:0", "ws://a:65536", "ws://a:8x", "ws://a b",
        "ws://a/\n", "ws://user@a", "ws://a#f", "ws://[::1", "ws://[::1]x", "ws://[a]", "ws://[1.2.3.4]",
        "ws://-a", "ws://a/\x7f", "ws://\xc3\xa9/"})
    BOOST_TEST(url::parse(text).error() == make_error_code(net_errc::bad_url), text);
  BOOST_TEST(url::parse("ws://a/" + std::string(3'000, 'x')).error() == make_error_code(net_errc::bad_url));
}

BOOST_AUTO_TEST_CASE(every_error_has_words) {
  for (int value = 1; value <= static_cast<int>(net_errc::stopped); ++value) {
    auto why = make_error_code(static_cast<net_errc>(value));
    BOOST_TEST(!why.message().empty());
    BOOST_TEST(why.message() != "unknown error");
  }
  BOOST_TEST(net_category().message(999) == "unknown error");
}

BOOST_AUTO_TEST_SUITE_END()
