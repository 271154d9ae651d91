#include "transports/relay/outbox.hpp"

#include "tests/unit/relay/names.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::relay;
using test::peer_named;

namespace {

bytes message(std::size_t size, int mark = 0) {
  return bytes(size, static_cast<std::byte>(mark));
}

} // namespace

BOOST_AUTO_TEST_SUITE(relay_outbox)

BOOST_AUTO_TEST_CASE(control_frames_go_first_and_each_peers_frames_keep_their_order) {
  outbox out;
  out.push(peer_named('a'), guest_id{1}, message(10, 1));
  out.push(peer_named('a'), guest_id{1}, message(10, 2));
  out.push_about(peer_named('a'), message(10, 3));
  out.push_control(message(5, 4));
  BOOST_TEST(out.control_octets() == 15u);
  std::vector<int> order;
  while (auto next = out.pop())
    order.push_back(std::to_integer<int>(next->message[0]));
  BOOST_TEST((order == std::vector{4, 1, 2, 3}));
  BOOST_TEST(out.empty());
  BOOST_TEST(out.control_octets() == 0u);
}

BOOST_AUTO_TEST_CASE(peers_share_by_octets_and_not_by_frames) {
  outbox out;
  for (int i = 0; i < 100; ++i)
    out.push(peer_named('l'), guest_id{1}, message(60'000));
  for (int i = 0; i < 6'000; ++i)
    out.push(peer_named('s'), guest_id{2}, message(1'000));
  std::size_t large = 0;
  std::size_t small = 0;
  for (int i = 0; i < 3'000; ++i) {
    auto next = out.pop();
    BOOST_REQUIRE(next);
    (next->sender == guest_id{1} ? large : small) += next->message.size();
    // Whatever happens before, nobody is ahead by more than a frame and a round.
    auto ahead = large > small ? large - small : small - large;
    BOOST_REQUIRE(ahead <= 60'000 + 2 * outbox::quantum);
  }
}

BOOST_AUTO_TEST_CASE(a_newcomer_is_served_within_a_round) {
  outbox out;
  for (int i = 0; i < 1'000; ++i)
    out.push(peer_named('a'), guest_id{1}, message(1'000));
  out.pop();
  out.push(peer_named('b'), guest_id{2}, message(1'000));
  int before = 0;
  while (out.pop()->sender != guest_id{2})
    ++before;
  BOOST_TEST(before <= 16);
}

BOOST_AUTO_TEST_CASE(what_waits_is_counted_by_peer_and_by_guest) {
  outbox out;
  out.push(peer_named('a'), guest_id{1}, message(10));
  out.push(peer_named('a'), guest_id{3}, message(20)); // the same peer, connected again
  out.push(peer_named('b'), guest_id{2}, message(5));
  out.push_about(peer_named('b'), message(7));
  BOOST_TEST(out.waiting(peer_named('a')) == 30u);
  BOOST_TEST(out.waiting(peer_named('b')) == 12u);
  BOOST_TEST(out.waiting(peer_named('c')) == 0u);
  auto senders = out.senders();
  BOOST_TEST(senders.size() == 3u);
  BOOST_TEST(senders[guest_id{1}] == 10u);
  BOOST_TEST(senders[guest_id{2}] == 5u);
  BOOST_TEST(senders[guest_id{3}] == 20u);
}

BOOST_AUTO_TEST_SUITE_END()
