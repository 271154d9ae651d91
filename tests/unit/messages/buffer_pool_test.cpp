#include "messages/buffer_pool.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;

BOOST_AUTO_TEST_SUITE(buffer_pool_test)

BOOST_AUTO_TEST_CASE(the_memory_of_a_large_message_is_used_again) {
  buffer_pool pool;
  auto first = pool.take(60'000);
  BOOST_TEST(first.empty());
  BOOST_TEST(first.capacity() >= 60'000u);
  first.resize(1);
  const auto* memory = first.data();
  pool.give(std::move(first));
  auto second = pool.take(50'000);
  second.resize(1);
  BOOST_TEST(second.data() == memory);
  BOOST_TEST(pool.kept().buffers == 0u);
}

BOOST_AUTO_TEST_CASE(a_small_message_does_not_get_the_memory_of_a_large_one_nor_the_other_way_round) {
  buffer_pool pool;
  pool.give(pool.take(60'000));
  BOOST_TEST(pool.take(5'000).capacity() < 60'000u);
  BOOST_TEST(pool.take(100'000).capacity() >= 100'000u);
  BOOST_TEST(pool.kept().buffers == 1u);
}

BOOST_AUTO_TEST_CASE(small_buffers_are_not_kept) {
  buffer_pool pool;
  pool.take(buffer_pool::worth_pooling); // now it may keep something
  pool.give(bytes(buffer_pool::worth_pooling - 1));
  BOOST_TEST(pool.kept().buffers == 0u);
}

BOOST_AUTO_TEST_CASE(no_more_is_kept_than_the_bounds_allow) {
  buffer_pool pool;
  std::vector<bytes> all;
  for (std::size_t i = 0; i < 2 * buffer_pool::max_buffers; ++i)
    all.push_back(pool.take(8'192));
  for (auto& each : all)
    pool.give(std::move(each));
  BOOST_TEST(pool.kept().buffers == buffer_pool::max_buffers);
  pool.release();
  BOOST_TEST(pool.kept().buffers == 0u);
  pool.take(1 << 20);
  for (int i = 0; i < 3; ++i) {
    bytes large;
    large.reserve(1 << 20);
    pool.give(std::move(large));
  }
  BOOST_TEST(pool.kept().octets <= buffer_pool::max_octets);
  BOOST_TEST(pool.kept().buffers == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
