// Lookups in a DHT of thousands of nodes, and how their cost grows on the way there. One population serves all scenarios,
// since most of the time goes into building it. Under the sanitizers it is smaller, so that the test takes about a minute;
// tests/sim/dht_scale_test runs the same with 10,000 nodes in the optimised build.
#include "tests/sim/dht/liar.hpp"
#include "tests/sim/dht/lookup_trial.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace std::chrono_literals;
using namespace warren::sim;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t large = 2'000;
#else
constexpr std::size_t large = 10'000;
#endif
constexpr std::size_t topics = 100;
constexpr std::size_t lookups = 1000;

link_quality internet() {
  return {.latency = 50ms, .spread = 0.5, .jitter = 10ms, .loss = 0.01};
}

std::unique_ptr<dht_swarm> swarm_of(std::size_t nodes) {
  auto result = std::make_unique<dht_swarm>(nodes, internet());
  result->populate(nodes);
  return result;
}

void tell(std::string_view what, const lookup_report& report) {
  BOOST_TEST_MESSAGE(
      what << ": " << report.succeeded << " of " << report.lookups << " lookups found the peer; "
           << report.queries << " queries and " << report.hops << " hops each");
}

/// Announces under what holds now and measures lookups.
lookup_report measure(dht_swarm& swarm) {
  lookup_trial trial{swarm};
  trial.announce(topics);
  return trial.look_up(lookups);
}

struct population {
  dht_swarm& swarm() {
    static auto instance = swarm_of(large);
    return *instance;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(dht_scale_test, population)

BOOST_AUTO_TEST_CASE(queries_and_hops_grow_with_the_logarithm_of_the_size) {
  // Kademlia: a hop halves the distance at least log2(k) + 1 times with tables this wide, so a tenfold network costs
  // about one hop more, and a few queries.
  double queries = 0;
  double hops = 0;
  for (std::size_t size : {large / 100, large / 10, large}) {
    auto report = size == large ? measure(swarm()) : measure(*swarm_of(size));
    tell("of " + std::to_string(size) + " nodes", report);
    BOOST_TEST(report.success() >= 0.995);
    if (queries > 0) {
      BOOST_TEST((report.queries > queries && report.queries < queries + 5));
      BOOST_TEST((report.hops > hops && report.hops < hops + 1.5));
    }
    queries = report.queries;
    hops = report.hops;
  }
}

BOOST_AUTO_TEST_CASE(a_fifth_of_liars_hides_hardly_any_peer) {
  constexpr std::array kinds{lie::wrong_nodes, lie::fake_peers, lie::silence};
  liars lying{swarm()};
  lying.turn(0.2, kinds);
  auto report = measure(swarm());
  tell("a fifth lies with wrong nodes, fake peers and silence", report);
  BOOST_TEST(report.success() >= 0.95);
}

BOOST_AUTO_TEST_CASE(what_was_announced_is_found_after_a_fifth_of_all_nodes_died_at_once) {
  lookup_trial trial{swarm()};
  trial.announce(topics);
  auto dying = swarm().members.size() / 5;
  for (std::size_t i = 0; i < dying; ++i)
    swarm().kill(swarm().any());
  auto report = trial.look_up(lookups);
  tell("a fifth dead at once", report);
  BOOST_TEST(report.success() >= 0.99);
}

BOOST_AUTO_TEST_SUITE_END()
