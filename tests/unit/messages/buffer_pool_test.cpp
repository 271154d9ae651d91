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
  auto second = pool.take(5'000);
  second.resize(1);
  BOOST_TEST(second.data() == memory);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_too_short_grows) {
  buffer_pool pool;
  pool.give(pool.take(5'000));
  BOOST_TEST(pool.take(60'000).capacity() >= 60'000u);
}

BOOST_AUTO_TEST_CASE(small_buffers_are_not_kept) {
  buffer_pool pool;
  pool.take(buffer_pool::worth_pooling); // now it may keep something
  bytes small(100);
  const auto* memory = small.data();
  pool.give(std::move(small));
  auto next = pool.take(buffer_pool::worth_pooling);
  next.resize(1);
  BOOST_TEST(next.data() != memory);
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
