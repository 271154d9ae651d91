// What a peer of an earlier version is told.
#include "tests/sim/session/made_by_hand.hpp"

using namespace warren;
using namespace warren::session;

BOOST_AUTO_TEST_SUITE(session_older_peer)

BOOST_AUTO_TEST_CASE(a_close_that_was_cut_short_is_called_so_only_to_peers_that_know_the_word) {
  for (auto features : {0u, wire::compression_feature, wire::cut_short_feature}) {
    made_by_hand peer{features};
    BOOST_REQUIRE(!peer.honest.write(peer.channel, bytes(5000))); // more than the peer gives credit for
    peer.honest.close(peer.now, errc::closed_normally);
    std::vector<wire::frame> said;
    for (int seconds = 0; seconds < 60 && !peer.end; ++seconds) {
      for (auto& frame : peer.open(peer.take()))
        said.push_back(std::move(frame));
      // It acknowledges, so that its path is not taken for dead, and takes no more.
      peer.say({wire::ack{peer.opener->next(), 0}});
      peer.now += std::chrono::seconds{1};
      peer.honest.handle_timeout(peer.now);
    }
    auto last = std::ranges::find_if(
        said, [](const auto& frame) { return std::holds_alternative<wire::close>(frame); });
    BOOST_REQUIRE((last != said.end()));
    auto expected = features == wire::cut_short_feature ? errc::cut_short : errc::shutting_down;
    BOOST_TEST(std::get<wire::close>(*last).reason == static_cast<std::uint16_t>(expected));
  }
}

BOOST_AUTO_TEST_SUITE_END()
