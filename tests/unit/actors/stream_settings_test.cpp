#include "actors/stream_settings.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;

BOOST_AUTO_TEST_SUITE(stream_settings_test)

BOOST_AUTO_TEST_CASE(the_defaults_are_those_of_udx) {
  auto result = stream_settings_of({});
  BOOST_TEST(result.send_buffer == udx::config{}.send_buffer);
  BOOST_TEST(result.receive_window == udx::config{}.receive_window);
}

BOOST_AUTO_TEST_CASE(the_options_reach_the_streams_up_to_what_a_peer_takes_at_once) {
  options opts;
  opts.send_buffer = 64 * 1024;
  opts.channel_window = 16 * 1024;
  BOOST_TEST(stream_settings_of(opts).send_buffer == 64u * 1024);
  BOOST_TEST(stream_settings_of(opts).receive_window == udx::config{}.receive_window);
  opts.send_buffer = opts.channel_window = 16 << 20;
  BOOST_TEST(stream_settings_of(opts).send_buffer == 16u << 20);
  BOOST_TEST(stream_settings_of(opts).receive_window == 16u << 20);
  opts.send_buffer = opts.channel_window = 1 << 30;
  BOOST_TEST(stream_settings_of(opts).send_buffer == udx::max_receive_window);
  BOOST_TEST(stream_settings_of(opts).receive_window == udx::max_receive_window);
}

BOOST_AUTO_TEST_SUITE_END()
