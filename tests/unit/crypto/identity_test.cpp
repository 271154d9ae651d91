#include "transports/crypto/identity.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/vectors.hpp"
#include "transports/crypto/errc.hpp"
#include "transports/crypto/system_random.hpp"

#include <boost/test/unit_test.hpp>

namespace crypto = warren::crypto;
using crypto::identity;
using warren::as_byte_view;

BOOST_AUTO_TEST_SUITE(identities)

BOOST_AUTO_TEST_CASE(wycheproof_signatures_verify_as_they_say) {
  int checked = 0;
  auto file = warren::test::load_vectors("wycheproof_ed25519_test.json");
  for (const auto& group : file["testGroups"]) {
    warren::peer_id signer{warren::test::unhex_array<32>(group["publicKey"]["pk"])};
    for (const auto& test : group["tests"]) {
      auto octets = warren::test::unhex(test["sig"]);
      bool valid = octets.size() == crypto::signature::size;
      if (valid) {
        crypto::signature proof;
        std::copy(octets.begin(), octets.end(), proof.octets.begin());
        valid = crypto::verify(signer, warren::test::unhex(test["msg"]), proof);
      }
      BOOST_TEST(valid == (test["result"] == "valid"), "tcId " << test["tcId"]);
      ++checked;
    }
  }
  BOOST_TEST(checked > 100);
}

// RFC 8032 7.1, TEST 2.
BOOST_AUTO_TEST_CASE(a_seed_gives_the_key_and_signature_of_the_rfc) {
  auto seed =
      warren::test::unhex_array<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  auto self = identity::from_seed(crypto::secret<32>{seed});
  BOOST_TEST(
      warren::to_hex(self.id().octets) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  auto proof = self.sign(warren::test::unhex("72"));
  BOOST_TEST(
      warren::to_hex(proof.octets)
      == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

BOOST_AUTO_TEST_CASE(what_was_written_to_an_identity_file_is_read_back) {
  warren::test::seeded_random random{1};
  auto self = identity::generate(random);
  auto text = self.encode();
  BOOST_TEST(text.starts_with("warren-identity-1 "));
  for (auto spelling : {text, "\n  " + text + "\r\n", text.substr(0, text.size() - 1)}) {
    auto again = identity::decode(spelling);
    BOOST_REQUIRE(again);
    BOOST_TEST((again->id() == self.id()));
    BOOST_TEST((again->noise_static().public_key == self.noise_static().public_key));
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_identity_file) {
  warren::test::seeded_random random{2};
  auto text = identity::generate(random).encode();
  auto shorter = text.substr(0, text.size() - 2);
  for (auto bad :
       {std::string{}, std::string{"   "}, shorter, "x" + text, "warren-identity-2" + text.substr(17),
        text + "00", std::string{"warren-identity-1 "}})
    BOOST_TEST((identity::decode(bad).error() == crypto::crypto_errc::malformed_identity), bad);
}

BOOST_AUTO_TEST_CASE(the_image_of_the_public_key_is_the_public_key_of_the_image) {
  warren::test::seeded_random random{3};
  for (int i = 0; i < 20; ++i) {
    auto self = identity::generate(random);
    auto image = crypto::x25519_image(self.id());
    BOOST_REQUIRE(image);
    BOOST_TEST((*image == self.noise_static().public_key));
  }
}

BOOST_AUTO_TEST_CASE(a_key_of_low_order_has_no_image) {
  warren::peer_id neutral;
  neutral.octets[0] = std::byte{1};
  BOOST_TEST(!crypto::x25519_image(neutral));
  BOOST_TEST(!crypto::x25519_image(warren::peer_id{}));
}

BOOST_AUTO_TEST_CASE(a_signature_is_good_for_one_message_and_one_signer) {
  warren::test::seeded_random random{4};
  auto a = identity::generate(random);
  auto b = identity::generate(random);
  auto proof = a.sign(as_byte_view("hello"));
  BOOST_TEST(crypto::verify(a.id(), as_byte_view("hello"), proof));
  BOOST_TEST(!crypto::verify(a.id(), as_byte_view("hellp"), proof));
  BOOST_TEST(!crypto::verify(b.id(), as_byte_view("hello"), proof));
}

BOOST_AUTO_TEST_CASE(system_randomness_does_not_repeat) {
  crypto::system_random random;
  BOOST_TEST((identity::generate(random).id() != identity::generate(random).id()));
}

BOOST_AUTO_TEST_CASE(every_error_has_a_message) {
  for (auto value :
       {crypto::crypto_errc::low_order_key, crypto::crypto_errc::not_authentic,
        crypto::crypto_errc::malformed_identity}) {
    std::error_code code = value;
    BOOST_TEST((code == value));
    BOOST_TEST(code.message().find("unknown") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
