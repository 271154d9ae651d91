#include "transports/noise/pattern.hpp"

#include "transports/noise/errc.hpp"

#include <boost/test/unit_test.hpp>

namespace noise = warren::noise;
using noise::pattern;
using enum noise::token;

BOOST_AUTO_TEST_SUITE(patterns)

BOOST_AUTO_TEST_CASE(xx_is_as_in_the_paper) {
  auto xx = pattern::named("XX");
  BOOST_REQUIRE(xx);
  BOOST_TEST((xx->messages == std::vector<noise::message_pattern>{{e}, {e, ee, s, es}, {s, se}}));
  BOOST_TEST(!xx->has_psk());
}

BOOST_AUTO_TEST_CASE(psk_modifiers_add_their_tokens) {
  auto xx = pattern::named("XXpsk0+psk3");
  BOOST_REQUIRE(xx);
  BOOST_TEST((xx->messages == std::vector<noise::message_pattern>{{psk, e}, {e, ee, s, es}, {s, se, psk}}));
  BOOST_TEST(xx->psk_count() == 2);
}

BOOST_AUTO_TEST_CASE(names_that_are_no_patterns_are_refused) {
  for (auto name :
       {"", "YY", "XX2", "XXpsk", "XXpsk4", "XXpsk9", "XXpsk0+", "XXpsk0+psk", "XXpsk0psk1", "psk0",
        "XXpsk00", "xx"})
    BOOST_TEST((pattern::named(name).error() == noise::noise_errc::unknown_pattern), name);
}

BOOST_AUTO_TEST_SUITE_END()
