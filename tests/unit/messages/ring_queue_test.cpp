#include "messages/ring_queue.hpp"
#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <memory>

using namespace warren;

BOOST_AUTO_TEST_SUITE(ring_queue_test)

BOOST_AUTO_TEST_CASE(it_does_what_a_deque_does) {
  test::seeded_random random{1};
  ring_queue<int> queue;
  std::deque<int> model;
  for (int i = 0; i < 20'000; ++i) {
    if (model.empty() || random.below(200) >= model.size()) {
      queue.push_back(i);
      model.push_back(i);
    } else if (random.below(4) == 0) {
      queue.pop_back();
      model.pop_back();
    } else {
      queue.pop_front();
      model.pop_front();
    }
    BOOST_REQUIRE(queue.size() == model.size());
    BOOST_REQUIRE(queue.empty() == model.empty());
    if (model.empty())
      continue;
    BOOST_REQUIRE(queue.front() == model.front());
    BOOST_REQUIRE(queue.back() == model.back());
    auto any = random.below(model.size());
    BOOST_REQUIRE(queue[any] == model[any]);
  }
}

BOOST_AUTO_TEST_CASE(a_value_that_was_dropped_is_gone_at_once) {
  auto value = std::make_shared<int>(1);
  ring_queue<std::shared_ptr<int>> queue;
  queue.push_back(value);
  queue.push_back(value);
  BOOST_TEST(value.use_count() == 3);
  queue.push_back(value);
  queue.pop_front();
  BOOST_TEST(value.use_count() == 3);
  queue.pop_back();
  BOOST_TEST(value.use_count() == 2);
  BOOST_TEST(queue.capacity() > 0u);
  queue.release();
  BOOST_TEST(value.use_count() == 1);
  BOOST_TEST(queue.capacity() == 0u);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_SUITE_END()
