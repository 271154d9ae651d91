#include "tests/sim/crdt/replica_net.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

namespace {

void random_put(replica_net& net) {
  static constexpr const char* values[] = {
      "null", "1", "9", "10", "true", R"("a")", R"("b")", R"({"#":"x"})", "\"\U0001F600\""};
  auto& random = net.random();
  auto field = [&] {
    return "\"f" + std::to_string(random.below(5)) + "\":" + values[random.below(std::size(values))];
  };
  net.put(
      random.below(net.size()), "soul" + std::to_string(random.below(8)),
      "{" + field() + "," + field() + "}");
}

void random_step(replica_net& net) {
  auto& random = net.random();
  auto a = random.below(net.size());
  auto b = random.below(net.size());
  switch (random.below(6)) {
    case 0:
      net.link(a, b);
      break;
    case 1:
      net.cut(a, b);
      break;
    default:
      random_put(net);
  }
  net.run_for(duration{random.below(40'000'000)});
}

void run(std::uint64_t seed, double disk_failure) {
  BOOST_TEST_CONTEXT("seed " << seed) {
    crdt::replica_limits limits;
    limits.sync.page_keys = 3 + seed % 5;
    limits.sync.want_ids = 2 + seed % 3;
    limits.sync.max_live_queue = seed % 2 ? 4 : 16'384;
    limits.sync.max_items_octets = seed % 3 ? 300 : 256 * 1024;
    limits.sync.receive_window = seed % 5 ? 500 : 2 * 1024 * 1024;
    limits.sync.max_in_flight = seed % 7 ? 400 : 1024 * 1024;
    replica_net net{seed, 2 + seed % 5, limits};
    for (std::size_t i = 0; i < net.size(); ++i)
      net.skew(i, static_cast<std::int64_t>(net.random().below(400)) - 200);
    net.disk_failure(disk_failure);
    for (int i = 0; i < 250; ++i)
      random_step(net);
    net.disk_failure(0);
    // A chain is enough to bring all together.
    for (std::size_t i = 1; i < net.size(); ++i)
      net.link(i - 1, i);
    net.run_until_converged(10min);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(convergence)

BOOST_AUTO_TEST_CASE(replicas_converge_after_concurrent_edits_on_links_that_come_and_go) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    run(seed, 0);
}

BOOST_AUTO_TEST_CASE(replicas_converge_although_disks_failed) {
  for (std::uint64_t seed = 1001; seed <= 1030; ++seed)
    run(seed, 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
