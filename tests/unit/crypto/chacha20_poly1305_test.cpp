#include "transports/crypto/chacha20_poly1305.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/sample_text.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace crypto = warren::crypto;
using warren::bytes;
using warren::test::unhex;

namespace {

void put(bytes& out, const bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

} // namespace

BOOST_AUTO_TEST_SUITE(chacha20_poly1305)

BOOST_AUTO_TEST_CASE(wycheproof_vectors_are_sealed_and_opened_as_they_say) {
  int valid = 0;
  int invalid = 0;
  auto file = warren::test::load_vectors("wycheproof_chacha20_poly1305_test.json");
  for (const auto& group : file["testGroups"]) {
    if (group["ivSize"] != 96) // another nonce size does not fit the type
      continue;
    for (const auto& test : group["tests"]) {
      auto nonce = warren::test::unhex_array<12>(test["iv"]);
      auto ad = unhex(test["aad"]);
      auto text = unhex(test["msg"]);
      auto sealed = unhex(test["ct"]);
      put(sealed, unhex(test["tag"]));
      crypto::chacha20_poly1305 aead{crypto::secret<32>{warren::test::unhex_array<32>(test["key"])}};
      bytes opened(sealed.size() - 16);
      bool ok = aead.open(nonce, ad, sealed, opened);
      BOOST_TEST(ok == (test["result"] == "valid"), "tcId " << test["tcId"]);
      ok ? ++valid : ++invalid;
      if (!ok)
        continue;
      BOOST_TEST((opened == text));
      bytes again(text.size() + 16);
      aead.seal(nonce, ad, text, again);
      BOOST_TEST((again == sealed));
    }
  }
  BOOST_TEST(valid > 200);
  BOOST_TEST(invalid > 50);
}

BOOST_AUTO_TEST_CASE(sealing_and_opening_in_place_gives_the_same_as_apart) {
  crypto::chacha20_poly1305 aead{crypto::secret<32>{}};
  crypto::chacha20_poly1305::nonce nonce{};
  for (std::size_t size : {0u, 1u, 15u, 16u, 17u, 63u, 64u, 65u, 1000u, 65519u}) {
    bytes text(size, std::byte{7});
    bytes apart(size + 16);
    aead.seal(nonce, {}, text, apart);
    bytes in_place = text;
    in_place.resize(size + 16);
    aead.seal(nonce, {}, std::span{in_place}.first(size), in_place);
    BOOST_TEST((apart == in_place));
    BOOST_TEST(aead.open(nonce, {}, in_place, std::span{in_place}.first(size)));
    in_place.resize(size);
    BOOST_TEST((in_place == text));
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_does_not_authenticate_leaves_nothing_behind) {
  crypto::chacha20_poly1305 aead{crypto::secret<32>{}};
  bytes text(100, std::byte{7});
  bytes sealed(116);
  aead.seal({}, {}, text, sealed);
  sealed[3] ^= std::byte{1};
  bytes out(100, std::byte{9});
  BOOST_TEST(!aead.open({}, {}, sealed, out));
  BOOST_TEST((out == bytes(100)));
  BOOST_TEST(!aead.open({}, {}, bytes(15), {}));
  sealed[3] ^= std::byte{1};
  BOOST_TEST(aead.open({}, {}, sealed, out));
}

BOOST_AUTO_TEST_CASE(a_text_in_pieces_of_any_size_is_sealed_like_a_whole_one) {
  warren::test::seeded_random random{11};
  crypto::chacha20_poly1305 aead{crypto::secret<32>{}};
  auto text = warren::test::sample_noise(random, 5000);
  for (std::size_t round = 0; round < 1000; ++round) {
    crypto::chacha20_poly1305::nonce nonce;
    random.fill(nonce);
    auto whole = warren::byte_view{text}.first(round % 10 == 0 ? 0 : random.below(text.size() + 1));
    std::vector<warren::byte_view> pieces;
    auto most = 1 + random.below(1500);
    for (auto rest = whole; !rest.empty(); rest = rest.subspan(pieces.back().size())) {
      auto one = random.below(8) == 0 ? aead.stride : random.below(most + 1);
      pieces.push_back(rest.first(std::min(rest.size(), one)));
    }
    for (auto empty = random.below(3); empty > 0; --empty)
      pieces.push_back({});
    bytes expected(whole.size() + 16);
    aead.seal(nonce, whole, whole, expected);
    bytes sealed(whole.size() + 16);
    aead.seal_pieces(nonce, whole, pieces, sealed);
    BOOST_REQUIRE((sealed == expected));
  }
}

BOOST_AUTO_TEST_SUITE_END()
