#include "tests/sim/crdt/replica_net.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(bulk_sync)

BOOST_AUTO_TEST_CASE(eight_thousand_nodes_of_six_fields_go_over_with_few_messages) {
  replica_net net{1, 2};
  // What it costs is printed, not asserted: this is no benchmark.
  auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 8000; ++i)
    net.put(
        0, "language/" + std::to_string(i),
        R"({"alpha_3":"abc","name":"A name of a language","scope":"I","type":"L","alpha_2":"ab","inverted":"language, A"})");
  net.run_for(1s);
  auto written = std::chrono::steady_clock::now();
  net.link(0, 1);
  auto took = net.run_until_converged(60s);
  auto synced = std::chrono::steady_clock::now();
  BOOST_TEST(net.host(1).engine.count() == 48'000);
  BOOST_TEST(net.items == 48'000);
  BOOST_TEST(net.messages < 400);
  auto ms = [](auto d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d).count(); };
  BOOST_TEST_MESSAGE(
      "write " << ms(written - began) << " ms, sync " << ms(synced - written) << " ms of CPU, " << ms(took)
               << " ms virtual, " << net.messages << " messages, " << net.octets << " octets");
}

BOOST_AUTO_TEST_SUITE_END()
