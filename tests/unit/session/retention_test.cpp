#include "transports/session/retention.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

using namespace warren;
using warren::session::record_buffer;
using warren::session::retention;

namespace {

std::shared_ptr<record_buffer> record_of(std::size_t octets) {
  auto result = std::make_shared<record_buffer>();
  result->resize(octets);
  return result;
}

/// Watches which buffers stay.
struct kept_buffers {
  void push(std::size_t count, std::size_t octets) {
    for (std::size_t i = 0; i < count; ++i) {
      auto buffer = record_of(octets);
      watched.push_back(buffer);
      kept.push(std::move(buffer), true);
    }
  }

  auto alive() const {
    return std::ranges::count_if(watched, [](const auto& each) { return !each.expired(); });
  }

  retention kept;
  std::vector<std::weak_ptr<record_buffer>> watched;
};

} // namespace

BOOST_AUTO_TEST_SUITE(retained_records)

BOOST_AUTO_TEST_CASE(records_are_kept_until_they_are_acknowledged) {
  retention kept;
  for (std::size_t i = 0; i < 5; ++i)
    kept.push(record_of(i + 1), i % 2 == 0);
  BOOST_TEST(kept.size() == 15);
  BOOST_TEST(kept.find(4)->size() == 5);
  BOOST_TEST(!kept.find(5));
  BOOST_TEST(kept.acknowledge(3));
  BOOST_TEST(kept.first() == 3);
  BOOST_TEST(kept.size() == 9);
  BOOST_TEST(!kept.find(2));
  BOOST_TEST(kept.has_eliciting());
  BOOST_TEST(kept.acknowledge(1)); // an older acknowledgement
  BOOST_TEST(kept.first() == 3);
  BOOST_TEST(!kept.acknowledge(6));
  BOOST_TEST(kept.size() == 9);
  BOOST_TEST(kept.acknowledge(5));
  BOOST_TEST(kept.size() == 0);
  BOOST_TEST(!kept.has_eliciting());
}

BOOST_AUTO_TEST_CASE(buffers_of_acknowledged_records_are_used_again) {
  retention kept;
  kept.push(record_of(1000), true);
  const auto* memory = kept.find(0)->view().data();
  BOOST_TEST(kept.acknowledge(1));
  auto again = kept.take_buffer();
  BOOST_TEST(again->capacity() >= 1000);
  BOOST_TEST((again->view().data() == memory));
}

BOOST_AUTO_TEST_CASE(a_buffer_that_a_pipe_still_holds_is_not_written_over) {
  retention kept;
  kept.push(record_of(1000), true);
  auto held = kept.find(0);
  BOOST_TEST(kept.acknowledge(1));
  BOOST_TEST(kept.take_buffer() != held);
  held.reset();
  BOOST_TEST(kept.take_buffer()->capacity() >= 1000);
}

BOOST_AUTO_TEST_CASE(the_buffer_that_came_back_last_is_used_first) {
  retention kept;
  for (std::size_t i = 0; i < 3; ++i)
    kept.push(record_of(1000), true);
  const auto* first = kept.find(0)->view().data();
  const auto* last = kept.find(2)->view().data();
  auto held = kept.find(1);
  BOOST_TEST(kept.acknowledge(3));
  auto one = kept.take_buffer();
  BOOST_TEST((one->view().data() == last));
  // The next is held by a pipe; the one behind it is not.
  auto two = kept.take_buffer();
  BOOST_TEST((two->view().data() == first));
  BOOST_TEST(kept.take_buffer() != held);
}

BOOST_FIXTURE_TEST_CASE(as_many_buffers_stay_as_are_in_flight_or_a_few, kept_buffers) {
  push(100, 1000);
  BOOST_TEST(kept.acknowledge(50));
  BOOST_TEST(alive() == 100); // 50 in flight, and as many for the next
  BOOST_TEST(kept.acknowledge(60));
  BOOST_TEST(alive() == 80);
  BOOST_TEST(kept.acknowledge(100));
  BOOST_TEST(alive() == 16);
  kept.release_spare();
  BOOST_TEST(alive() == 0);
}

// A large buffer may have a small record in it.
BOOST_FIXTURE_TEST_CASE(buffers_kept_have_no_more_room_than_is_in_flight_or_a_mebibyte, kept_buffers) {
  push(20, 200'000);
  BOOST_TEST(kept.acknowledge(20));
  BOOST_TEST(alive() == 5);
  for (int i = 0; i < 20; ++i) {
    auto buffer = kept.take_buffer();
    buffer->resize(10);
    kept.push(std::move(buffer), true);
  }
  BOOST_TEST(kept.acknowledge(40));
  BOOST_TEST(alive() <= 5);
}

BOOST_AUTO_TEST_SUITE_END()
