#include "actors/conversation.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;

namespace {

struct talking {
  void message() { talk.on_message(now); }
  void write() { talk.on_write(now); }

  void pass(duration time) { now += time; }

  /// A message, answered after `time`.
  void turn(duration time = 100us) {
    message();
    pass(time);
    write();
  }

  time_point now{1h};
  conversation talk;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(conversation_test, talking)

BOOST_AUTO_TEST_CASE(an_answer_is_awaited_only_of_who_has_answered_twice_in_a_row) {
  for (int i = 0; i < 2; ++i) {
    message();
    BOOST_TEST(!talk.awaits_answer(now));
    pass(100us);
    write();
    BOOST_TEST(!talk.awaits_answer(now));
  }
  message();
  BOOST_TEST(talk.awaits_answer(now));
  BOOST_TEST((talk.until() == now + conversation::patience));
  write();
  BOOST_TEST(!talk.awaits_answer(now));
}

BOOST_AUTO_TEST_CASE(who_is_late_once_is_not_waited_for_again_before_two_more_answers) {
  turn();
  turn();
  message();
  pass(conversation::patience);
  BOOST_TEST(!talk.awaits_answer(now));
  write();
  for (int i = 0; i < 2; ++i) {
    message();
    BOOST_TEST(!talk.awaits_answer(now));
    write();
  }
  message();
  BOOST_TEST(talk.awaits_answer(now));
}

BOOST_AUTO_TEST_CASE(a_second_message_before_the_answer_is_acknowledged_at_once) {
  turn();
  turn();
  message();
  message();
  BOOST_TEST(!talk.awaits_answer(now));
}

BOOST_AUTO_TEST_CASE(a_stream_in_one_direction_is_no_conversation) {
  for (int i = 0; i < 10; ++i) {
    message();
    BOOST_TEST(!talk.awaits_answer(now));
  }
  for (int i = 0; i < 10; ++i)
    write();
  message();
  BOOST_TEST(!talk.awaits_answer(now));
}

BOOST_AUTO_TEST_CASE(who_writes_more_than_the_answer_is_not_waited_for) {
  turn();
  turn();
  write();
  message();
  BOOST_TEST(!talk.awaits_answer(now));
}

BOOST_AUTO_TEST_SUITE_END()
