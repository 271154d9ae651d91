// A peer made by hand lies about what it compressed.
#include "tests/sim/session/made_by_hand.hpp"
#include "transports/session/compressor.hpp"

using namespace warren;
using namespace warren::session;

BOOST_AUTO_TEST_SUITE(session_compression_violations)

BOOST_AUTO_TEST_CASE(a_stretch_that_gives_something_else_ends_the_session_with_the_reason_told_and_counted) {
  made_by_hand peer;
  auto frame = *compress(bytes(5000), 5000);
  peer.say({peer.packed(5001, frame.size()), wire::channel_data{peer.channel, true, frame}});
  peer.check_ended(errc::bad_compression);
  BOOST_TEST(peer.honest.counters().bad_compression == 1u);
}

BOOST_AUTO_TEST_CASE(a_bomb_is_refused_for_its_announced_size_before_it_is_looked_at) {
  made_by_hand peer;
  auto frame = *compress(bytes(max_stretch), max_stretch);
  for (int i = 0; i < 20 && !peer.end; ++i) // more than the window
    peer.say({peer.packed(max_stretch, frame.size()), wire::channel_data{peer.channel, false, frame}});
  peer.check_ended(errc::flow_control_violation);
  BOOST_TEST(peer.honest.counters().flow_control_violation == 1u);
}

BOOST_AUTO_TEST_CASE(one_who_did_not_say_that_it_compresses_may_not) {
  made_by_hand peer{0};
  auto frame = *compress(bytes(5000), 5000);
  peer.say({peer.packed(5000, frame.size()), wire::channel_data{peer.channel, true, frame}});
  peer.check_ended(errc::unexpected_frame);
}

BOOST_AUTO_TEST_CASE(an_honest_stretch_made_by_hand_is_a_message) {
  made_by_hand peer;
  auto frame = *from_hex("28b52ffd202003010061");
  peer.say({peer.packed(32, frame.size()), wire::channel_data{peer.channel, true, frame}});
  BOOST_TEST(!peer.end);
  BOOST_TEST((peer.messages == std::vector<bytes>{bytes(32, std::byte{'a'})}));
  BOOST_TEST(peer.honest.counters().compressed_in == 1u);
  BOOST_TEST(peer.honest.counters().compression_saved_in == 22u);
}

BOOST_AUTO_TEST_SUITE_END()
