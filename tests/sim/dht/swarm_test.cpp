#include "tests/sim/dht/swarm.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace std::chrono_literals;
using warren::endpoint;
using warren::test::dht_member;
using warren::test::dht_swarm;
using warren::test::link_quality;
namespace dht = warren::dht;

namespace {

dht::info_hash topic_number(unsigned n) {
  dht::info_hash result;
  for (std::size_t i = 0; i < result.octets.size(); ++i)
    result.octets[i] = static_cast<std::byte>((n + 1) * (i * 7 + 13) * 2654435761u >> 13);
  return result;
}

link_quality bad_internet() {
  return {.latency = 20ms, .jitter = 80ms, .loss = 0.1, .duplication = 0.01, .reorder = 0.01};
}

} // namespace

BOOST_AUTO_TEST_SUITE(dht_swarm_test)

BOOST_AUTO_TEST_CASE(
    five_hundred_nodes_find_each_others_peers_over_a_network_that_loses_every_tenth_datagram) {
  dht_swarm swarm{2026, bad_internet()};
  swarm.grow(500, 50ms);
  swarm.network.run_for(2min);
  std::size_t confirmed = 0;
  std::size_t found = 0;
  std::size_t queries = 0;
  std::size_t hops = 0;
  constexpr unsigned rounds = 40;
  for (unsigned i = 0; i < rounds; ++i) {
    auto& announcer = *swarm.members[swarm.network.random().below(500)];
    auto& seeker = *swarm.members[swarm.network.random().below(500)];
    announcer.finished.clear();
    seeker.finished.clear();
    seeker.found.clear();
    announcer.node.announce(swarm.network.now(), topic_number(i), 7000, false);
    announcer.host.drive();
    swarm.await_lookups(announcer, 1);
    confirmed += announcer.finished[0].announced_to;
    seeker.finished.clear();
    seeker.node.get_peers(swarm.network.now(), topic_number(i));
    seeker.host.drive();
    swarm.await_lookups(seeker, 1);
    auto expected = endpoint{announcer.host.where().address, 7000};
    BOOST_TEST(std::count(seeker.found.begin(), seeker.found.end(), expected) == 1, "round " << i);
    BOOST_TEST(seeker.finished[0].peers == seeker.found.size());
    found += seeker.found.size();
    queries += seeker.finished[0].queries;
    hops += seeker.finished[0].hops;
  }
  BOOST_TEST_MESSAGE(
      "confirmed " << confirmed << " found " << found << " queries " << queries << " hops " << hops);
  BOOST_TEST(confirmed > rounds * 7u);
  BOOST_TEST(found == rounds);
  BOOST_TEST(queries < rounds * 40u);
  BOOST_TEST(hops < rounds * 6u);
}

BOOST_AUTO_TEST_SUITE_END()
