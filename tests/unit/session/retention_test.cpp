#include "transports/session/retention.hpp"

#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_SUITE_END()
