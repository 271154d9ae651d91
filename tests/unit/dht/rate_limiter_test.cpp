#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/rate_limiter.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::start;
namespace dht = warren::dht;

namespace {

int admitted(dht::rate_limiter& limiter, warren::time_point now, const endpoint& source, int tries) {
  int result = 0;
  for (int i = 0; i < tries; ++i)
    result += limiter.admit(now, source) ? 1 : 0;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rate_limiter_test)

BOOST_AUTO_TEST_CASE(a_source_may_burst_and_then_ask_at_its_rate) {
  dht::rate_limiter limiter{{.queries_per_second = 10, .query_burst = 30}, false, start};
  BOOST_TEST(admitted(limiter, start, endpoint_of(1), 100) == 30);
  BOOST_TEST(admitted(limiter, start + 1s, endpoint_of(1), 100) == 10);
  BOOST_TEST(admitted(limiter, start + 1h, endpoint_of(1), 100) == 30);
}

BOOST_AUTO_TEST_CASE(sources_do_not_share_a_bucket_and_ports_of_one_address_do) {
  dht::rate_limiter limiter{{.query_burst = 30}, false, start};
  admitted(limiter, start, endpoint_of(1), 100);
  BOOST_TEST(admitted(limiter, start, endpoint_of(2), 100) == 30);
  auto other_port = endpoint_of(1);
  ++other_port.port;
  BOOST_TEST(admitted(limiter, start, other_port, 100) == 0);
  dht::rate_limiter loopback{{.query_burst = 30}, true, start};
  admitted(loopback, start, endpoint_of(1), 100);
  BOOST_TEST(admitted(loopback, start, other_port, 100) == 30);
}

BOOST_AUTO_TEST_CASE(a_flood_from_many_sources_is_bounded_in_memory_and_does_not_hurt_those_known_before) {
  dht::rate_limiter limiter{{.queries_per_second = 10, .query_burst = 20, .sources = 50}, false, start};
  for (std::size_t i = 0; i < 50; ++i)
    BOOST_TEST(limiter.admit(start, endpoint_of(i)));
  int newcomers = 0;
  for (std::size_t i = 50; i < 1000; ++i)
    newcomers += limiter.admit(start, endpoint_of(i)) ? 1 : 0;
  BOOST_TEST(newcomers == 20);
  BOOST_TEST(limiter.sources() == 50u);
  BOOST_TEST(limiter.admit(start, endpoint_of(7)));
  BOOST_TEST(admitted(limiter, start + 1min, endpoint_of(999), 100) == 20, "idle sources make room");
  BOOST_TEST(limiter.sources() == 50u);
}

BOOST_AUTO_TEST_CASE(all_replies_share_one_budget_of_octets) {
  dht::rate_limiter limiter{{.reply_bytes_per_second = 1000, .reply_burst_bytes = 2500}, false, start};
  BOOST_TEST(limiter.admit_reply(start, 1000));
  BOOST_TEST(limiter.admit_reply(start, 1000));
  BOOST_TEST(!limiter.admit_reply(start, 1000));
  BOOST_TEST(limiter.admit_reply(start, 500));
  BOOST_TEST(limiter.admit_reply(start + 1s, 1000));
  BOOST_TEST(!limiter.admit_reply(start + 1s, 1));
}

BOOST_AUTO_TEST_SUITE_END()
