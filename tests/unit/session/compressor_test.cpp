#include "messages/byte_order.hpp"
#include "tests/support/sample_text.hpp"
#include "transports/session/compression_policy.hpp"
#include "transports/session/compressor.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace warren;
using namespace warren::session;

namespace {

bytes packed(byte_view plain) {
  auto result = compress(plain, plain.size());
  BOOST_REQUIRE(result);
  return *result;
}

bool gives(byte_view frame, byte_view plain) {
  bytes out(plain.size());
  return decompress(frame, out) && std::ranges::equal(out, plain);
}

bool is_refused(byte_view frame, std::size_t size) {
  bytes out(size);
  return !decompress(frame, out);
}

bytes hex(std::string_view digits) {
  return *from_hex(digits);
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_compressor)

// RFC 8878 3.1.1: a single segment of 32 octets, one RLE block of them. The vector of messages/WIRE.md.
BOOST_AUTO_TEST_CASE(a_frame_made_by_hand_after_the_rfc_is_understood) {
  BOOST_TEST(gives(hex("28b52ffd202003010061"), bytes(32, std::byte{'a'})));
}

BOOST_AUTO_TEST_CASE(what_shrinks_comes_back_as_it_was) {
  test::seeded_random random{1};
  for (std::size_t size : {300u, 511u, 512u, 4096u, 65'536u, 131'071u, 131'072u})
    for (int round = 0; round < 8; ++round) {
      auto plain = round % 2 == 0 ? test::sample_text(random, size) : bytes(size, std::byte{7});
      auto frame = packed(plain);
      BOOST_TEST(frame.size() < size);
      BOOST_TEST(gives(frame, plain));
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_the_limit_is_not_compressed) {
  test::seeded_random random{2};
  for (std::size_t size : {1u, 512u, 4096u, 131'072u}) {
    BOOST_TEST(!compress(test::sample_noise(random, size), compression_policy::worthwhile(size)).has_value());
  }
  auto plain = test::sample_text(random, 10'000);
  auto size = packed(plain).size();
  BOOST_TEST(!compress(plain, size - 1).has_value());
}

// No window is shared, or the length of one message would tell of another (CRIME, RFC 8446 section E.6 on compression).
BOOST_AUTO_TEST_CASE(nothing_compressed_before_changes_how_a_message_comes_out) {
  test::seeded_random random{3};
  auto secret = test::sample_noise(random, 2000);
  auto text = test::sample_text(random, 2000);
  auto alone = packed(text);
  bytes with_secret = text;
  put(with_secret, secret);
  packed(with_secret);
  BOOST_TEST((packed(text) == alone));
  BOOST_TEST(!compress(secret, compression_policy::worthwhile(secret.size())).has_value());
}

BOOST_AUTO_TEST_CASE(a_frame_cut_short_or_continued_is_refused) {
  test::seeded_random random{4};
  auto plain = test::sample_text(random, 3000);
  auto frame = packed(plain);
  for (std::size_t size = 0; size < frame.size(); ++size)
    BOOST_TEST(is_refused(byte_view{frame}.first(size), plain.size()));
  frame.push_back(std::byte{0});
  BOOST_TEST(is_refused(frame, plain.size()));
}

BOOST_AUTO_TEST_CASE(a_frame_of_another_size_than_announced_is_refused_and_writes_nothing_beyond) {
  test::seeded_random random{5};
  auto plain = test::sample_text(random, 3000);
  auto frame = packed(plain);
  for (std::size_t size : {0u, 1u, 2999u, 3001u, 131'072u}) {
    bytes out(size + 1, std::byte{0x5a});
    BOOST_TEST(!decompress(frame, std::span{out}.first(size)));
    BOOST_TEST((out.back() == std::byte{0x5a}));
  }
}

BOOST_AUTO_TEST_CASE(two_frames_in_a_row_are_refused) {
  test::seeded_random random{6};
  auto plain = test::sample_text(random, 1000);
  auto twice = packed(plain);
  put(twice, packed(plain));
  BOOST_TEST(is_refused(twice, 2000));
  BOOST_TEST(is_refused(twice, 1000));
}

BOOST_AUTO_TEST_CASE(skippable_frames_and_the_formats_before_the_rfc_are_refused) {
  auto good = hex("28b52ffd202003010061");
  BOOST_TEST(is_refused(hex("502a4d1800000000"), 0));
  auto skipped_first = hex("502a4d180000000028b52ffd202003010061");
  BOOST_TEST(is_refused(skipped_first, 32));
  for (auto version : {"22", "23", "24", "25", "26", "27"}) {
    auto old = good;
    old[0] = hex(version)[0];
    BOOST_TEST(is_refused(old, 32));
  }
}

BOOST_AUTO_TEST_CASE(a_frame_that_needs_a_dictionary_is_refused) {
  BOOST_TEST(is_refused(hex("28b52ffd21012003010061"), 32));
}

// 41 - 10 = 31: a window of 2 GiB. None is allocated, as the frame says itself how little it gives.
BOOST_AUTO_TEST_CASE(a_window_of_any_size_allocates_none) {
  BOOST_TEST(gives(hex("28b52ffd00a803010061"), bytes(32, std::byte{'a'})));
}

BOOST_AUTO_TEST_CASE(blocks_that_give_more_than_announced_are_refused) {
  // Announces 32 octets; its RLE block has 131072 of them.
  BOOST_TEST(is_refused(hex("28b52ffd202003001061"), 32));
  // Announces 2^62 octets.
  BOOST_TEST(is_refused(hex("28b52ffde0000000000000004003010061"), 32));
}

BOOST_AUTO_TEST_CASE(garbage_gives_nothing_wherever_it_begins) {
  test::seeded_random random{7};
  auto plain = test::sample_text(random, 4000);
  auto good = packed(plain);
  for (int round = 0; round < 3000; ++round) {
    auto frame = good;
    for (auto flips = 1 + random.below(4); flips > 0; --flips)
      frame[random.below(frame.size())] ^= static_cast<std::byte>(1 + random.below(255));
    bytes out(plain.size() + 1, std::byte{0x5a});
    [[maybe_unused]] bool taken = decompress(frame, std::span{out}.first(plain.size()));
    BOOST_TEST_REQUIRE((out.back() == std::byte{0x5a}));
  }
  for (int round = 0; round < 1000; ++round)
    BOOST_TEST(is_refused(test::sample_noise(random, random.below(200)), 1000));
}

BOOST_AUTO_TEST_SUITE_END()
