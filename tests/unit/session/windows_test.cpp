#include "tests/support/seeded_random.hpp"
#include "transports/session/receive_window.hpp"
#include "transports/session/send_queue.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::session;

BOOST_AUTO_TEST_SUITE(session_windows)

BOOST_AUTO_TEST_CASE(more_than_the_credit_is_refused) {
  receive_window window{1000};
  BOOST_TEST(window.on_fragment(1000, false, 1000));
  BOOST_TEST(!window.on_fragment(1, false, 1001));
  receive_window other{1000};
  BOOST_TEST(!other.on_fragment(1000, true, 1000)); // the end costs too
  BOOST_TEST(other.on_fragment(1000 - message_cost, true, 1000 - message_cost));
  BOOST_TEST(!other.on_fragment(0, true, 0));
}

BOOST_AUTO_TEST_CASE(an_incomplete_message_is_paid_back_at_once_and_a_complete_one_when_consumed) {
  receive_window window{1000};
  BOOST_TEST(window.on_fragment(900, false, 900));
  BOOST_TEST(window.grant_due());
  BOOST_TEST(window.take_grant() == 900);
  BOOST_TEST(!window.grant_due());
  BOOST_TEST(window.on_fragment(500, true, 1400));
  BOOST_TEST(!window.grant_due());
  window.consumed(700);
  BOOST_TEST(!window.grant_due());
  window.consumed(credit_of(700));
  BOOST_TEST(window.grant_due());
  BOOST_TEST(window.take_grant() == 500 + message_cost);
}

BOOST_AUTO_TEST_CASE(consuming_more_than_there_was_gives_no_credit_later) {
  receive_window window{1000};
  window.consumed(5000);
  BOOST_TEST(window.on_fragment(800, true, 800));
  BOOST_TEST(!window.grant_due());
  window.consumed(credit_of(800));
  BOOST_TEST(window.grant_due());
}

BOOST_AUTO_TEST_CASE(consuming_one_message_gives_no_credit_for_empty_ones_behind_it) {
  receive_window window{1000};
  BOOST_TEST(window.on_fragment(300, true, 300));
  while (window.on_fragment(0, true, 0))
    ;
  window.consumed(credit_of(300));
  BOOST_TEST(window.take_grant() == credit_of(300));
  window.consumed(credit_of(0));
  BOOST_TEST(window.take_grant() == message_cost);
}

BOOST_AUTO_TEST_CASE(a_queue_and_a_window_together_move_everything_and_stay_bounded) {
  test::seeded_random random{3};
  for (int round = 0; round < 100; ++round) {
    auto size = static_cast<std::uint32_t>(64 + random.below(2000));
    receive_window window{size};
    send_queue queue;
    queue.credit(size);
    std::size_t pushed = 0;
    std::size_t arrived = 0;
    std::size_t held = 0;
    std::size_t assembling = 0;
    std::deque<std::size_t> complete;
    for (; pushed < 40; ++pushed)
      queue.push(shared_octets{bytes(random.below(5000))});
    for (int step = 0; arrived < pushed || !complete.empty(); ++step) {
      BOOST_REQUIRE(step < 100'000);
      if (queue.sendable()) {
        auto next = queue.peek(1 + random.below(700));
        assembling += next.content.size();
        BOOST_REQUIRE(window.on_fragment(next.content.size(), next.end, assembling));
        if (next.end) {
          complete.push_back(assembling);
          held += std::exchange(assembling, 0);
          ++arrived;
        }
        queue.pop(next);
      }
      BOOST_REQUIRE(held <= 2 * size + 5000);
      if (!complete.empty() && (random.below(4) == 0 || !queue.sendable())) {
        window.consumed(credit_of(complete.front()));
        held -= complete.front();
        complete.pop_front();
      }
      if (window.grant_due())
        queue.credit(window.take_grant());
    }
    BOOST_TEST(queue.empty());
    BOOST_TEST(queue.size() == 0);
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_message_waits_for_its_credit) {
  send_queue queue;
  queue.push(shared_octets{bytes(10)});
  BOOST_TEST(!queue.sendable());
  queue.credit(10);
  auto all_but_end = queue.peek(100);
  BOOST_TEST(all_but_end.content.size() == 10);
  BOOST_TEST(!all_but_end.end);
  queue.pop(all_but_end);
  BOOST_TEST(!queue.sendable());
  BOOST_TEST(!queue.empty());
  queue.credit(message_cost);
  auto end = queue.peek(100);
  BOOST_TEST(end.content.empty());
  BOOST_TEST(end.end);
  queue.pop(end);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_SUITE_END()
