#include "transports/crypto/sha1.hpp"

#include <boost/test/unit_test.hpp>

using warren::as_byte_view;
using warren::to_hex;
namespace crypto = warren::crypto;

BOOST_AUTO_TEST_SUITE(sha1)

// FIPS 180-1, appendices A and B.
BOOST_AUTO_TEST_CASE(the_examples_of_the_standard_hold_in_one_part_or_several) {
  BOOST_TEST(to_hex(crypto::sha1({as_byte_view("abc")})) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  BOOST_TEST(
      to_hex(crypto::sha1(
          {as_byte_view("abcdbcdecdefdefgefghfghighijhijkijkl"), as_byte_view("jklmklmnlmnomnopnopq")}))
      == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  BOOST_TEST(to_hex(crypto::sha1({})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

BOOST_AUTO_TEST_SUITE_END()
