#include "transports/crypto/x25519.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/vectors.hpp"
#include "transports/crypto/errc.hpp"

#include <boost/test/unit_test.hpp>

namespace crypto = warren::crypto;

BOOST_AUTO_TEST_SUITE(x25519)

BOOST_AUTO_TEST_CASE(wycheproof_secrets_are_equal_and_all_zero_ones_are_refused) {
  int computed = 0;
  int refused = 0;
  auto file = warren::test::load_vectors("wycheproof_x25519_test.json");
  for (const auto& group : file["testGroups"]) {
    for (const auto& test : group["tests"]) {
      crypto::x25519_public_key theirs{warren::test::unhex_array<32>(test["public"])};
      crypto::secret<32> ours{warren::test::unhex_array<32>(test["private"])};
      auto shared = crypto::x25519(ours, theirs);
      std::string expected = test["shared"];
      if (expected == std::string(64, '0')) {
        BOOST_TEST((shared.error() == crypto::crypto_errc::low_order_key), "tcId " << test["tcId"]);
        ++refused;
      } else {
        BOOST_REQUIRE_MESSAGE(shared, "tcId " << test["tcId"]);
        BOOST_TEST(warren::to_hex(shared->view()) == expected);
        ++computed;
      }
    }
  }
  BOOST_TEST(computed > 400);
  BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_CASE(both_sides_get_the_same_secret) {
  warren::test::seeded_random random{5};
  auto a = crypto::x25519_key_pair::generate(random);
  auto b = crypto::x25519_key_pair::generate(random);
  auto ab = crypto::x25519(a.secret_key, b.public_key);
  auto ba = crypto::x25519(b.secret_key, a.public_key);
  BOOST_REQUIRE((ab && ba));
  BOOST_TEST((*ab == *ba));
}

BOOST_AUTO_TEST_SUITE_END()
