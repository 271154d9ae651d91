#include "transports/net/receive_pace.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;
using warren::net::receive_pace;

namespace {

constexpr std::size_t room = 4'000'000;

/// Sockets at which octets come at a constant rate.
struct sockets {
  /// Lets `elapsed` pass, then reads; returns how long not to read then.
  duration after(duration elapsed, double octets_per_second, std::size_t unread = 0, bool drained = true) {
    now += elapsed;
    octets += static_cast<std::uint64_t>(octets_per_second * std::chrono::duration<double>{elapsed}.count());
    return pace.pause(now, {drained, octets, unread});
  }

  time_point now{1h};
  std::uint64_t octets = 0;
  receive_pace pace{room};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(receive_pace_test, sockets)

BOOST_AUTO_TEST_CASE(what_comes_seldom_is_read_at_once) {
  for (int i = 0; i < 100; ++i)
    BOOST_TEST((after(100us, 0.99 * receive_pace::busy_rate) == 0ns));
}

BOOST_AUTO_TEST_CASE(at_a_high_rate_the_sockets_are_read_once_in_a_while) {
  after(1ms, 1.01 * receive_pace::busy_rate);
  for (int i = 0; i < 100; ++i)
    BOOST_TEST((after(1ms, 1.01 * receive_pace::busy_rate) == receive_pace::longest_pause));
}

BOOST_AUTO_TEST_CASE(the_first_datagrams_after_silence_do_not_wait) {
  after(1ms, 1e9);
  BOOST_TEST((after(1ms, 1e9) > 0ns));
  BOOST_TEST((after(1s, 1000) == 0ns));
  // A train right behind them is no rate yet.
  BOOST_TEST((after(100us, 1e9) == 0ns));
  BOOST_TEST((after(100us, 1e9) == 0ns));
}

BOOST_AUTO_TEST_CASE(nobody_is_in_a_hurry_who_has_not_dealt_with_what_came_before) {
  BOOST_TEST((after(1ms, 1e6, receive_pace::most_unread) == 0ns));
  BOOST_TEST((after(1ms, 1e6, receive_pace::most_unread + 1) == receive_pace::longest_pause));
}

BOOST_AUTO_TEST_CASE(what_is_left_in_a_socket_does_not_wait) {
  after(1ms, 1e9);
  BOOST_TEST((after(1ms, 1e9, 0, false) == 0ns));
  BOOST_TEST((after(1ms, 1e9, 10, false) == 0ns));
  BOOST_TEST((after(1ms, 1e9) > 0ns));
}

BOOST_AUTO_TEST_CASE(a_pause_fills_no_more_than_a_quarter_of_a_sockets_buffer) {
  after(1ms, 4e9);
  BOOST_TEST((after(1ms, 4e9) == 250us));
  BOOST_TEST((after(1ms, 4e9, 10) == 250us));
}

// Silence tells nothing of what comes next.
BOOST_AUTO_TEST_CASE(a_small_buffer_is_not_left_alone_for_long_even_after_silence) {
  receive_pace small{room / 10};
  BOOST_TEST((small.pause(now, {true, 0, receive_pace::most_unread + 1}) == 80us));
}

BOOST_AUTO_TEST_SUITE_END()
