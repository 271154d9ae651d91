#include "actors/peer_silence.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;

namespace {

struct waiting {
  time_point start{1h};
  peer_silence silence;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(peer_silence_test, waiting)

BOOST_AUTO_TEST_CASE(without_a_limit_no_silence_is_ever_over) {
  silence.on_sign(start);
  BOOST_TEST(!silence.is_over(start + 1000h, false));
  BOOST_TEST(!silence.take_question(start + 1000h));
  BOOST_TEST(!silence.deadline(true, false));
}

BOOST_AUTO_TEST_CASE(a_silent_peer_is_asked_once_in_the_middle_and_given_up_at_the_end) {
  silence.on_sign(start - 1h); // before it counts
  silence.limit(start, 4s);
  BOOST_TEST((silence.deadline(true, false) == start + 2s));
  BOOST_TEST(!silence.take_question(start + 2s - 1ns));
  BOOST_TEST(silence.take_question(start + 2s));
  BOOST_TEST(!silence.take_question(start + 3s));
  BOOST_TEST((silence.deadline(true, false) == start + 4s));
  BOOST_TEST(!silence.is_over(start + 4s - 1ns, false));
  BOOST_TEST(silence.is_over(start + 4s, false));
}

BOOST_AUTO_TEST_CASE(a_sign_begins_it_anew) {
  silence.limit(start, 4s);
  BOOST_TEST(silence.take_question(start + 2s));
  silence.on_sign(start + 3s);
  BOOST_TEST(!silence.is_over(start + 7s - 1ns, false));
  BOOST_TEST((silence.deadline(true, false) == start + 5s));
  BOOST_TEST(silence.take_question(start + 5s));
  BOOST_TEST(silence.is_over(start + 7s, false));
}

BOOST_AUTO_TEST_CASE(one_that_is_cut_off_has_twice_as_long) {
  silence.limit(start, 4s);
  BOOST_TEST(silence.take_question(start + 2s));
  BOOST_TEST(!silence.is_over(start + 8s - 1ns, true));
  BOOST_TEST(silence.is_over(start + 8s, true));
  BOOST_TEST((silence.deadline(true, true) == start + 8s));
}

BOOST_AUTO_TEST_CASE(who_cannot_be_asked_is_only_waited_for) {
  silence.limit(start, 4s);
  BOOST_TEST((silence.deadline(false, false) == start + 4s));
}

BOOST_AUTO_TEST_SUITE_END()
