#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/rate_limiter.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::seeded_random;
using warren::test::start;
namespace dht = warren::dht;

namespace {

int admitted(dht::rate_limiter& limiter, warren::time_point now, const endpoint& source, int tries) {
  int result = 0;
  for (int i = 0; i < tries; ++i)
    result += limiter.admit(now, source, 100) ? 1 : 0;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rate_limiter_test)

BOOST_AUTO_TEST_CASE(a_source_may_burst_and_then_ask_at_its_rate) {
  seeded_random random{1};
  dht::rate_limiter limiter{{.queries_per_second = 10, .query_burst = 30}, false, random, start};
  BOOST_TEST(admitted(limiter, start, endpoint_of(1), 100) == 30);
  BOOST_TEST(admitted(limiter, start + 1s, endpoint_of(1), 100) == 10);
  BOOST_TEST(admitted(limiter, start + 1h, endpoint_of(1), 100) == 30);
}

BOOST_AUTO_TEST_CASE(sources_do_not_share_a_bucket_and_ports_of_one_address_do) {
  seeded_random random{1};
  dht::rate_limiter limiter{{.query_burst = 30}, false, random, start};
  admitted(limiter, start, endpoint_of(1), 100);
  BOOST_TEST(admitted(limiter, start, endpoint_of(2), 100) == 30);
  auto other_port = endpoint_of(1);
  ++other_port.port;
  BOOST_TEST(admitted(limiter, start, other_port, 100) == 0);
  dht::rate_limiter sharing{{.query_burst = 30}, true, random, start};
  admitted(sharing, start, endpoint_of(1), 100);
  BOOST_TEST(admitted(sharing, start, other_port, 100) == 0, "a public address is never exempt");
  for (auto where : {"10.0.0.1:1", "10.0.0.1:2"})
    BOOST_TEST(admitted(sharing, start, *endpoint::parse(where), 100) == 30, where);
}

BOOST_AUTO_TEST_CASE(a_flood_from_many_sources_is_bounded_in_memory_and_does_not_hurt_those_known_before) {
  seeded_random random{1};
  dht::rate_limiter limiter{
      {.queries_per_second = 10, .query_burst = 20, .sources = 50, .newcomer_burst = 20},
      false,
      random,
      start};
  for (std::size_t i = 0; i < 38; ++i)
    BOOST_TEST(limiter.admit(start, endpoint_of(i), 100));
  int newcomers = 0;
  for (std::size_t i = 50; i < 1000; ++i)
    newcomers += limiter.admit(start, endpoint_of(i), 100) ? 1 : 0;
  BOOST_TEST(newcomers == 20);
  BOOST_TEST(limiter.sources() == 38u);
  BOOST_TEST(limiter.admit(start, endpoint_of(7), 100));
  BOOST_TEST(admitted(limiter, start + 1min, endpoint_of(999), 100) == 20, "idle sources make room");
  BOOST_TEST(limiter.sources() == 1u);
}

BOOST_AUTO_TEST_CASE(places_are_kept_for_those_who_have_proved_their_address) {
  seeded_random random{1};
  dht::rate_limiter limiter{{.query_burst = 20, .sources = 40}, false, random, start};
  for (std::size_t i = 0; i < 1000; ++i)
    limiter.admit(start, endpoint_of(i), 100);
  BOOST_TEST(limiter.sources() == 30u);
  for (std::size_t i = 500; i < 600; ++i)
    limiter.prove(start, endpoint_of(i));
  BOOST_TEST(limiter.sources() == 40u);
  BOOST_TEST(limiter.proved(start, endpoint_of(505)));
  BOOST_TEST(!limiter.proved(start, endpoint_of(599)));
  BOOST_TEST(
      admitted(limiter, start, endpoint_of(505), 100) == 20, "it does not share the newcomers' bucket");
}

BOOST_AUTO_TEST_CASE(all_replies_share_one_budget_half_of_which_is_for_proved_addresses) {
  seeded_random random{1};
  dht::rate_limiter limiter{
      {.reply_bytes_per_second = 1000, .reply_burst_bytes = 4000}, false, random, start};
  for (std::size_t i = 1; i <= 4; ++i)
    limiter.admit(start, endpoint_of(i), 100);
  limiter.prove(start, endpoint_of(4));
  BOOST_TEST(limiter.admit_reply(start, endpoint_of(1), 1000));
  BOOST_TEST(limiter.admit_reply(start, endpoint_of(2), 1000));
  BOOST_TEST(!limiter.admit_reply(start, endpoint_of(3), 1000));
  BOOST_TEST(limiter.admit_reply(start, endpoint_of(4), 1500));
  BOOST_TEST(!limiter.admit_reply(start, endpoint_of(4), 1000));
  BOOST_TEST(limiter.admit_reply(start + 1s, endpoint_of(4), 1500));
  BOOST_TEST(!limiter.admit_reply(start + 1s, endpoint_of(4), 1));
}

BOOST_AUTO_TEST_CASE(an_unproved_address_gets_a_multiple_of_what_it_sent_and_a_little_more) {
  seeded_random random{1};
  dht::rate_limits how{.queries_per_second = 1e6, .query_burst = 1e6};
  dht::rate_limiter limiter{how, false, random, start};
  std::size_t sent = 0;
  std::size_t received = 0;
  for (int i = 0; i < 1000; ++i) {
    limiter.admit(start, endpoint_of(1), 60);
    received += 60;
    auto size = std::min<std::size_t>(limiter.allowance(start, endpoint_of(1)), 1200);
    if (limiter.admit_reply(start, endpoint_of(1), size))
      sent += size;
    BOOST_TEST(sent <= dht::amplification_ratio * received + how.unproved_bytes);
  }
  BOOST_TEST(sent > dht::amplification_ratio * received);
  limiter.prove(start, endpoint_of(1));
  BOOST_TEST(limiter.allowance(start, endpoint_of(1)) > 1'000'000u);
  BOOST_TEST(limiter.allowance(start + dht::proved_for, endpoint_of(1)) < 1200u, "a proof grows old");
}

BOOST_AUTO_TEST_CASE(an_ipv6_source_is_its_64) {
  seeded_random random{1};
  dht::rate_limiter limiter{{.query_burst = 30}, false, random, start};
  admitted(limiter, start, *endpoint::parse("[2001:db8:1:2::1]:5"), 100);
  BOOST_TEST(admitted(limiter, start, *endpoint::parse("[2001:db8:1:2:ffff::9]:7"), 100) == 0);
  BOOST_TEST(admitted(limiter, start, *endpoint::parse("[2001:db8:1:3::1]:5"), 100) == 30);
}

BOOST_AUTO_TEST_SUITE_END()
