#include "transports/dht/rendezvous.hpp"

#include "tests/unit/dht/nodes.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::as_byte_view;
using warren::peer_id;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::start;
using namespace warren::dht;

namespace {

peer_id peer(int i) {
  peer_id result;
  result.octets[0] = std::byte(i / 256);
  result.octets[1] = std::byte(i % 256);
  return result;
}

const info_hash topic{id_of({0x80}).octets};

} // namespace

BOOST_AUTO_TEST_SUITE(rendezvous_test)

BOOST_AUTO_TEST_CASE(a_source_and_a_target_each_have_a_limit) {
  forwarding_limiter limiter{{}};
  int admitted = 0;
  for (int i = 0; i < 100; ++i)
    admitted += limiter.admit(start, endpoint_of(1).address, peer(i)) ? 1 : 0;
  BOOST_TEST(admitted == 10);
  BOOST_TEST(limiter.admit(start + 1s, endpoint_of(1).address, peer(1)));
  admitted = 0;
  for (int i = 0; i < 100; ++i) // any addresses of one IPv6 /64
    admitted +=
        limiter.admit(start, *warren::ip_address::parse("2001:db8::" + std::to_string(i)), peer(500 + i));
  BOOST_TEST(admitted == 10);
  admitted = 0;
  for (std::size_t i = 0; i < 100; ++i)
    admitted += limiter.admit(start, endpoint_of(10 + i).address, peer(999)) ? 1 : 0;
  BOOST_TEST(admitted == 20);
}

BOOST_AUTO_TEST_CASE(what_is_remembered_of_sources_is_bounded) {
  forwarding_limiter limiter{{.remembered = 5}};
  int admitted = 0;
  for (std::size_t i = 0; i < 100; ++i)
    admitted += limiter.admit(start, endpoint_of(i).address, peer(1)) ? 1 : 0;
  BOOST_TEST(admitted == 5);
  BOOST_TEST(limiter.admit(start + 1min, endpoint_of(99).address, peer(1)));
}

BOOST_AUTO_TEST_CASE(the_book_knows_the_latest_points_of_a_peer_for_as_long_as_their_tokens_live) {
  rendezvous_book book;
  for (std::size_t i = 0; i < 6; ++i)
    book.add(start + i * 1s, topic, peer(1), endpoint_of(i), as_byte_view("tok"));
  auto points = book.points(start + 10s, topic, peer(1));
  BOOST_REQUIRE(points.size() == rendezvous_book::max_points);
  BOOST_TEST((points[0].node == endpoint_of(5)));
  BOOST_TEST(book.points(start + 10s, topic, peer(2)).empty());
  BOOST_TEST(book.points(start + 10min, topic, peer(1)).empty());
  for (int i = 0; i < 1000; ++i)
    book.add(start + 1min, topic, peer(i), endpoint_of(1), as_byte_view("tok"));
  BOOST_TEST(book.peers() == rendezvous_book::max_peers);
}

BOOST_AUTO_TEST_SUITE_END()
