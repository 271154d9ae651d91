#include "transports/session/compression_policy.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren::session;

namespace {

/// Messages of one size that never shrink; how often they are tried.
std::size_t tries(compression_policy& policy, std::size_t messages, std::size_t size) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < messages; ++i)
    for (std::size_t done = 0; done < size;) {
      if (auto skipped = policy.skip(size - done); skipped > 0) {
        done += skipped;
        continue;
      }
      ++count;
      policy.on_not_paid();
      done = size;
    }
  return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_compression_policy)

BOOST_AUTO_TEST_CASE(a_tiny_message_is_never_tried_and_says_nothing_about_others) {
  compression_policy policy;
  BOOST_TEST(policy.skip(511) == 511u);
  BOOST_TEST(policy.skip(512) == 0u);
  policy.on_not_paid();
  for (int i = 0; i < 1000; ++i)
    BOOST_TEST_REQUIRE(policy.skip(100) == 100u);
  BOOST_TEST(policy.skip(512) == 512u);
  BOOST_TEST(policy.skip(512) == 512u);
  BOOST_TEST(policy.skip(512) == 0u);
}

BOOST_AUTO_TEST_CASE(each_failure_lets_twice_as_much_go_by_up_to_a_limit) {
  compression_policy policy;
  for (std::uint32_t expected : {2u, 4u, 8u, 16u, 32u, 64u, 128u, 256u, 256u, 256u}) {
    policy.on_not_paid();
    std::uint32_t skipped = 0;
    while (policy.skip(1000) > 0)
      ++skipped;
    BOOST_TEST(skipped == expected);
  }
}

BOOST_AUTO_TEST_CASE(long_messages_count_for_as_many_as_their_parts) {
  compression_policy policy;
  policy.on_not_paid();
  BOOST_TEST(policy.skip(16u << 20) == 2 * compression_policy::unit);
  BOOST_TEST(policy.skip(16u << 20) == 0u);
  policy.on_not_paid();
  BOOST_TEST(policy.skip(compression_policy::unit + 1) == compression_policy::unit + 1);
  BOOST_TEST(policy.skip(16u << 20) == 2 * compression_policy::unit);
}

BOOST_AUTO_TEST_CASE(data_that_does_not_shrink_is_hardly_looked_at) {
  compression_policy bulk;
  BOOST_TEST(tries(bulk, 16 * 1024, 64 * 1024) <= 8 + 64u); // 1 GiB
  compression_policy chatter;
  BOOST_TEST(tries(chatter, 100'000, 1000) <= 8 + 400u);
}

BOOST_AUTO_TEST_CASE(one_that_pays_makes_the_next_failure_a_first_one) {
  compression_policy policy;
  for (int i = 0; i < 5; ++i)
    policy.on_not_paid();
  policy.on_paid();
  policy.on_not_paid();
  BOOST_TEST(policy.skip(1000) == 1000u);
  BOOST_TEST(policy.skip(1000) == 1000u);
  BOOST_TEST(policy.skip(1000) == 0u);
}

BOOST_AUTO_TEST_CASE(a_long_stretch_is_tried_by_its_first_octets_until_one_has_paid) {
  compression_policy policy;
  BOOST_TEST(policy.samples(64 * 1024));
  BOOST_TEST(!policy.samples(2 * compression_policy::sample));
  policy.on_paid();
  BOOST_TEST(!policy.samples(64 * 1024));
  policy.on_not_paid();
  BOOST_TEST(policy.samples(64 * 1024));
}

BOOST_AUTO_TEST_CASE(an_eighth_must_be_saved) {
  BOOST_TEST(compression_policy::worthwhile(800) == 700u);
  BOOST_TEST(compression_policy::worthwhile(7) == 7u);
}

BOOST_AUTO_TEST_SUITE_END()
