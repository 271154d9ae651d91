#include "transports/session/rate_meter.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::session;

namespace {

struct fixture {
  time_point now = time_point{} + std::chrono::hours{1};
  rate_meter meter;
  std::uint64_t next = 0;

  /// A record that is acknowledged after `time`, with `octets` in all.
  void round(std::size_t octets, duration time, duration peer_delay = {}) {
    meter.on_record_sent(now, next);
    now += time;
    meter.on_acknowledged(now, ++next, octets, peer_delay);
  }

  std::uint64_t rate() const {
    BOOST_REQUIRE(meter.rate());
    return *meter.rate();
  }
};

using std::chrono::milliseconds;
using std::chrono::seconds;

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_rate_meter, fixture)

BOOST_AUTO_TEST_CASE(nothing_is_known_before_the_first_acknowledgement) {
  BOOST_TEST(!meter.rate());
  meter.on_record_sent(now, 0);
  BOOST_TEST(!meter.rate());
  meter.on_acknowledged(now + seconds{1}, 0, 500, {}); // not this one yet
  BOOST_TEST(!meter.rate());
}

BOOST_AUTO_TEST_CASE(what_arrived_meanwhile_over_the_time_it_took_is_the_rate) {
  meter.on_record_sent(now, 10);
  meter.on_record_sent(now + milliseconds{5}, 11); // one sample at a time
  meter.on_acknowledged(now + milliseconds{50}, 5, 300'000, {});
  meter.on_acknowledged(now + milliseconds{100}, 11, 200'000, {});
  BOOST_TEST(rate() == 5'000'000u);
}

BOOST_AUTO_TEST_CASE(the_time_the_peer_waited_before_it_answered_does_not_count) {
  round(10'000, milliseconds{20}, milliseconds{10});
  BOOST_TEST(rate() == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(a_delay_longer_than_it_took_and_a_clock_that_stands_still_do_no_harm) {
  round(10'000, milliseconds{20}, milliseconds{500});
  BOOST_TEST(rate() > 1'000'000u);
  meter.on_path(false);
  round(10'000, milliseconds{0});
  BOOST_TEST(rate() == 100'000'000u);
}

BOOST_AUTO_TEST_CASE(who_says_little_does_not_forget_what_the_path_carried) {
  round(1'000'000, milliseconds{10});
  for (int i = 0; i < 50; ++i)
    round(100, milliseconds{10});
  BOOST_TEST(rate() == 100'000'000u);
}

BOOST_AUTO_TEST_CASE(a_path_that_became_slower_is_known_as_such_after_two_windows) {
  round(1'000'000, milliseconds{10});
  for (auto end = now + 2 * rate_meter::window; now < end;)
    round(100'000, milliseconds{100});
  round(100'000, milliseconds{100});
  BOOST_TEST(rate() == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(what_was_long_ago_counts_for_nothing) {
  round(1'000'000, milliseconds{10});
  now += 3 * rate_meter::window;
  round(1'000, milliseconds{10});
  BOOST_TEST(rate() == 100'000u);
}

BOOST_AUTO_TEST_CASE(another_path_is_measured_anew) {
  round(1'000'000, milliseconds{10});
  meter.on_record_sent(now, 77);
  meter.on_path(false);
  BOOST_TEST(!meter.rate());
  meter.on_acknowledged(now + milliseconds{1}, 78, 1'000'000, {}); // it was sent before
  BOOST_TEST(!meter.rate());
  round(10'000, milliseconds{10});
  BOOST_TEST(rate() == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(what_was_in_flight_at_a_change_of_path_does_not_count_for_the_new_one) {
  meter.on_path(true);
  round(4'000'000, milliseconds{10}); // most of it had arrived before
  BOOST_TEST(!meter.rate());
  round(10'000, milliseconds{10});
  BOOST_TEST(rate() == 1'000'000u);
}

BOOST_AUTO_TEST_SUITE_END()
