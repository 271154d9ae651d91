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

BOOST_AUTO_TEST_CASE(as_many_buffers_stay_as_were_in_flight_at_once) {
  retention kept;
  std::vector<const std::byte*> memory;
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 100; ++i) {
      auto buffer = kept.take_buffer();
      buffer->resize(1000);
      memory.push_back(buffer->view().data());
      kept.push(std::move(buffer), true);
    }
    BOOST_TEST(kept.acknowledge(100 * (round + 1)));
  }
  std::ranges::sort(memory);
  auto repeated = std::ranges::unique(memory);
  BOOST_TEST(memory.size() - repeated.size() == 100u);
}

BOOST_AUTO_TEST_CASE(the_buffers_of_a_peak_go_within_some_hundred_acknowledgements) {
  retention kept;
  std::vector<std::weak_ptr<record_buffer>> peak;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    auto buffer = record_of(1000);
    peak.push_back(buffer);
    kept.push(std::move(buffer), true);
  }
  BOOST_TEST(kept.acknowledge(1000));
  auto left = [&] { return std::ranges::count_if(peak, [](const auto& each) { return !each.expired(); }); };
  BOOST_TEST(left() >= 990);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    kept.push(kept.take_buffer(), true);
    BOOST_TEST(kept.acknowledge(1001 + i));
  }
  BOOST_TEST(left() <= 16);
  kept.release_spare();
  BOOST_TEST(left() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
