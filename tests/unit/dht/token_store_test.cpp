#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/config.hpp"
#include "transports/dht/token_store.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::ip_address;
using warren::test::seeded_random;
using warren::test::start;
namespace dht = warren::dht;

namespace {

const auto alice = *ip_address::parse("192.0.2.1");
const auto bob = *ip_address::parse("192.0.2.2");
const dht::info_hash topic{warren::test::id_of({1}).octets};
const dht::info_hash other_topic{warren::test::id_of({2}).octets};

} // namespace

BOOST_AUTO_TEST_SUITE(token_store_test)

BOOST_AUTO_TEST_CASE(a_token_is_good_for_its_address_and_topic_only) {
  seeded_random random{1};
  dht::token_store tokens{random, start};
  auto token = tokens.issue(start, alice, topic);
  BOOST_TEST(tokens.accepts(start, alice, topic, token));
  BOOST_TEST(!tokens.accepts(start, bob, topic, token));
  BOOST_TEST(!tokens.accepts(start, alice, other_topic, token));
  BOOST_TEST(!tokens.accepts(start, alice, topic, {}));
  BOOST_TEST(!tokens.accepts(start, alice, topic, warren::byte_view{token}.first(7)));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto forged = token;
    forged[i] ^= std::byte{1};
    BOOST_TEST(!tokens.accepts(start, alice, topic, forged));
  }
}

BOOST_AUTO_TEST_CASE(a_token_lives_for_one_more_rotation_and_no_longer) {
  seeded_random random{2};
  dht::token_store tokens{random, start};
  auto token = tokens.issue(start, alice, topic);
  BOOST_TEST(tokens.accepts(start + dht::token_rotation, alice, topic, token));
  BOOST_TEST(tokens.issue(start + dht::token_rotation, alice, topic) != token);
  BOOST_TEST(tokens.accepts(start + 2 * dht::token_rotation - 1s, alice, topic, token));
  BOOST_TEST(!tokens.accepts(start + 2 * dht::token_rotation, alice, topic, token));
}

BOOST_AUTO_TEST_CASE(after_a_long_silence_no_old_token_is_good) {
  seeded_random random{3};
  dht::token_store tokens{random, start};
  auto token = tokens.issue(start, alice, topic);
  BOOST_TEST(!tokens.accepts(start + 1h, alice, topic, token));
}

BOOST_AUTO_TEST_SUITE_END()
