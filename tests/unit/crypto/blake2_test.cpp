#include "transports/crypto/blake2.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace crypto = warren::crypto;
using warren::byte_view;
using warren::bytes;
using warren::test::unhex;

BOOST_AUTO_TEST_SUITE(blake2)

BOOST_AUTO_TEST_CASE(known_answers_hold_for_both_hashes_with_and_without_a_key) {
  int checked = 0;
  for (const auto& vector : warren::test::load_vectors("blake2_kat.json")) {
    auto input = unhex(vector["in"]);
    auto key = unhex(vector["key"]);
    auto expected = unhex(vector["out"]);
    bytes out(expected.size());
    if (vector["hash"] == "blake2b")
      crypto::blake2b_keyed(out, key, {input});
    else if (!key.empty())
      crypto::blake2s_keyed(out, key, {input});
    else
      out = warren::to_bytes(crypto::blake2s({input}));
    BOOST_TEST(warren::to_hex(out) == warren::to_hex(expected));
    ++checked;
  }
  BOOST_TEST(checked == 128);
}

BOOST_AUTO_TEST_CASE(the_parts_of_an_input_are_hashed_as_one) {
  auto whole = unhex("000102030405");
  auto head = byte_view{whole}.first(2);
  auto tail = byte_view{whole}.subspan(2);
  BOOST_TEST((crypto::blake2s({whole}) == crypto::blake2s({head, tail})));
}

// Python 3: hmac.new(bytes(range(32)), b"Hi There", hashlib.blake2s).hexdigest()
BOOST_AUTO_TEST_CASE(hmac_agrees_with_pythons) {
  bytes key;
  for (int i = 0; i < 32; ++i)
    key.push_back(static_cast<std::byte>(i));
  auto tag = crypto::hmac_blake2s(key, {warren::as_byte_view("Hi There")});
  BOOST_TEST(
      warren::to_hex(tag.view()) == "65043ae3113da6f99a94d81b790a6a08dcddef85a14bb01d1aae2ae6d7250146");
}

BOOST_AUTO_TEST_CASE(hkdf_with_two_outputs_is_a_prefix_of_hkdf_with_three) {
  crypto::secret<32> ck;
  auto two = crypto::hkdf2_blake2s(ck, warren::as_byte_view("x"));
  auto three = crypto::hkdf3_blake2s(ck, warren::as_byte_view("x"));
  BOOST_TEST((two.first == three.first));
  BOOST_TEST((two.second == three.second));
  BOOST_TEST(!(three.third == three.second));
}

BOOST_AUTO_TEST_SUITE_END()
