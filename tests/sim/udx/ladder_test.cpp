// The ladder of bad links: what is left of a link's rate with CUBIC and BBR at each loss rate and round-trip time, in short
// and long queues, through reordering, and beside another flow. README.md of transports/udx has the figures; they are also
// the messages of this test (--log_level=message).
#include "tests/sim/udx/bulk_path.hpp"
#include "tests/sim/udx/fair_share.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::test;
using udx::congestion_algorithm;

namespace warren::udx {

std::ostream& operator<<(std::ostream& out, congestion_algorithm algorithm) {
  return out << (algorithm == congestion_algorithm::bbr ? "BBR" : "CUBIC");
}

} // namespace warren::udx

namespace {

constexpr double link_rate = 1'250'000; // octets per second: 10 Mbit/s
constexpr double payload = 1452;        // of an IP packet of 1500 octets
constexpr double datagram = payload + 20;

// A flow must have this much of its fair share.
constexpr double enough = 0.9;

struct rung {
  double loss = 0;
  duration rtt{};
  duration warm_up{};
  duration measured{};
};

// Long enough for start-up to be over, and for the average to settle: hundreds of losses, or a dozen of BBR's cycles.
std::vector<rung> ladder() {
  std::vector<rung> result;
  for (auto loss : {0.0, 0.001, 0.01, 0.03, 0.1, 0.25})
    for (auto rtt : {5ms, 50ms, 300ms}) {
      auto sparse = loss > 0 && loss < 0.01 && rtt > 100ms; // a loss every few seconds
      auto thin = loss >= 0.1 && rtt > 10ms;                // hardly a packet
      auto scale = sparse || thin ? 6 : 1;
      result.push_back({loss, rtt, scale * 10s, scale * (rtt > 100ms ? 40s : 20s)});
    }
  return result;
}

std::ostream& operator<<(std::ostream& out, const rung& step) {
  return out << step.loss * 100 << " % loss, " << step.rtt / 1ms << " ms";
}

// One datagram more than a round trip's worth, at least ten.
std::size_t bdp(duration rtt) {
  auto octets = link_rate * std::chrono::duration<double>(rtt).count();
  return static_cast<std::size_t>(std::max(octets, 10 * datagram));
}

sim::link_quality link_with(duration rtt, std::size_t queue) {
  sim::link_quality result;
  result.latency = rtt / 2;
  result.bytes_per_second = static_cast<std::uint64_t>(link_rate);
  result.queue_bytes = queue;
  result.mtu = 1472;
  return result;
}

sim::link_quality way_back(duration rtt) {
  sim::link_quality result;
  result.latency = rtt / 2;
  return result;
}

modelled_path model_of(double loss, duration rtt) {
  return {loss, rtt, link_rate, payload / datagram, payload};
}

double goodput(sim::network& net, const bulk_path& path, duration how_long) {
  auto before = path.received(0);
  net.run_for(how_long);
  return static_cast<double>(path.received(0) - before) / std::chrono::duration<double>(how_long).count();
}

// Goodput of one flow alone, in parts of the link's capacity, after checks that hold of every flow.
double share_of_link(
    congestion_algorithm algorithm, duration rtt, const sim::link_quality& link, const char* what) {
  sim::network net{1};
  bulk_path path{net, link, way_back(rtt)};
  path.start(algorithm);
  net.run_for(10s);
  auto share = goodput(net, path, rtt > 100ms ? 60s : 30s) / model_of(0, rtt).capacity();
  auto stats = path.stats(0);
  BOOST_TEST_MESSAGE(
      algorithm << ", " << rtt / 1ms << " ms, " << what << ": " << share << " of the link, srtt "
                << stats.srtt / 1ms << " ms, longest gap " << path.longest_gap(0) / 1ms << " ms, dropped "
                << net.stats().queue_full << " of " << path.sent(0));
  BOOST_TEST(!path.spoilt());
  BOOST_TEST(stats.counters.timeouts == 0u);
  BOOST_TEST((path.longest_silence_beyond_timer(0) <= 1ms));
  return share;
}

struct shares {
  double first = 0;
  double second = 0;
};

// Two flows, the second later by `delay`, in parts of the link's capacity.
shares share_of_two(
    congestion_algorithm first, congestion_algorithm second, duration rtt, std::size_t queue,
    duration delay) {
  sim::network net{2};
  bulk_path path{net, link_with(rtt, queue), way_back(rtt)};
  path.start(first);
  net.run_for(delay);
  path.start(second);
  net.run_for(rtt > 100ms ? 30s : 15s);
  auto before = std::pair{path.received(0), path.received(1)};
  auto how_long = rtt > 100ms ? 120s : 60s;
  net.run_for(how_long);
  BOOST_TEST(!path.spoilt());
  auto full = model_of(0, rtt).capacity() * std::chrono::duration<double>(how_long).count();
  shares result{
      static_cast<double>(path.received(0) - before.first) / full,
      static_cast<double>(path.received(1) - before.second) / full};
  BOOST_TEST_MESSAGE(
      first << " and " << second << ", " << rtt / 1ms << " ms, queue " << queue << ": " << result.first
            << " and " << result.second << ", Jain " << jain_index(result.first, result.second));
  return result;
}

const auto both = boost::unit_test::data::make({congestion_algorithm::cubic, congestion_algorithm::bbr});

} // namespace

BOOST_AUTO_TEST_SUITE(udx_ladder)

BOOST_DATA_TEST_CASE(
    at_every_loss_rate_and_round_trip_a_flow_has_nine_tenths_of_its_fair_share, both, algorithm) {
  for (const auto& step : ladder()) {
    BOOST_TEST_CONTEXT(algorithm << ", " << step) {
      sim::network net{3};
      auto link = link_with(step.rtt, bdp(step.rtt));
      link.loss = step.loss;
      bulk_path path{net, link, way_back(step.rtt)};
      path.start(algorithm);
      net.run_for(step.warm_up);
      auto measured = goodput(net, path, step.measured);
      auto model = model_of(step.loss, step.rtt);
      auto fair =
          algorithm == congestion_algorithm::bbr ? fair_share_of_bbr(model) : fair_share_of_cubic(model);
      auto counts = path.stats(0).counters;
      BOOST_TEST_MESSAGE(
          algorithm << ", " << step << ": " << measured / 1000 << " kB/s, " << measured / fair
                    << " of the model, " << measured / model.capacity() << " of the link; longest gap "
                    << path.longest_gap(0) / 1ms << " ms, timeouts " << counts.timeouts << ", probes "
                    << counts.tail_loss_probes);
      BOOST_TEST(measured >= enough * fair);
      BOOST_TEST(!path.spoilt());
      // RFC 6298: silence is no longer than the timer, which is doubled once (udx.md section 8).
      BOOST_TEST((path.longest_silence_beyond_timer(0) <= 1ms));
      // Where the round trip is short, probes repair what the timer takes a second for.
      if (step.rtt <= 5ms && step.loss <= 0.1)
        BOOST_TEST((path.longest_gap(0) < 200ms));
    }
  }
}

// More than nine tenths of what the models leave without a queue: CUBIC goes back to 0.7 at each loss, (1 + 0.7) / 2 on average
// (RFC 9438 section 4.6), and BBR keeps 0.15 below what it lost packets at (BBR.Headroom).
BOOST_DATA_TEST_CASE(a_tiny_queue_costs_little, both, algorithm) {
  for (auto rtt : {5ms, 50ms, 300ms})
    BOOST_TEST(share_of_link(algorithm, rtt, link_with(rtt, 5 * 1472), "five packets of queue") >= 0.8);
}

BOOST_DATA_TEST_CASE(reordering_and_duplication_cost_little, both, algorithm) {
  for (auto rtt : {5ms, 50ms, 300ms}) {
    auto link = link_with(rtt, bdp(rtt));
    link.reorder = 0.02;
    link.reorder_delay = rtt / 4;
    link.duplication = 0.01;
    BOOST_TEST(share_of_link(algorithm, rtt, link, "2 % overtaken, 1 % twice") >= enough);
  }
}

BOOST_DATA_TEST_CASE(jitter_costs_little, both, algorithm) {
  for (auto rtt : {5ms, 50ms, 300ms}) {
    auto link = link_with(rtt, bdp(rtt));
    link.jitter = rtt / 10;
    BOOST_TEST(share_of_link(algorithm, rtt, link, "jitter of a tenth") >= enough);
  }
}

BOOST_DATA_TEST_CASE(a_bloated_buffer_is_no_reason_to_stall, both, algorithm) {
  for (auto rtt : {5ms, 50ms, 300ms})
    BOOST_TEST(
        share_of_link(algorithm, rtt, link_with(rtt, std::size_t{1'250'000}), "a second of queue") >= enough);
}

BOOST_AUTO_TEST_CASE(bbr_leaves_a_bloated_buffer_nearly_empty) {
  sim::network net{4};
  bulk_path path{net, link_with(50ms, 1'250'000), way_back(50ms)};
  path.start(congestion_algorithm::bbr);
  net.run_for(20s);
  BOOST_TEST((path.stats(0).srtt < 100ms));
}

BOOST_DATA_TEST_CASE(two_flows_of_a_kind_share_a_long_queue_fairly, both, algorithm) {
  for (auto rtt : {5ms, 50ms})
    BOOST_TEST_CONTEXT(algorithm << ", " << rtt / 1ms << " ms") {
      auto [first, second] = share_of_two(algorithm, algorithm, rtt, 4 * bdp(rtt), 1777ms);
      BOOST_TEST(jain_index(first, second) >= 0.9);
      BOOST_TEST(first + second >= enough);
    }
}

// In what phase of the first flow's cycle the second comes decides how it starts; from then on they must draw level all the
// same. Measured from 30 s after the second has started (15 s on the short paths) for two minutes (one).
BOOST_DATA_TEST_CASE(two_flows_of_a_kind_that_start_apart_share_fairly, both, algorithm) {
  for (auto rtt : {5ms, 50ms, 300ms})
    for (auto delay : {1777ms, 3000ms, 5000ms, 7300ms, 10000ms, 11700ms, 20000ms, 37300ms})
      BOOST_TEST_CONTEXT(algorithm << ", " << rtt / 1ms << " ms, the second " << delay / 1ms << " ms later") {
        auto [first, second] = share_of_two(algorithm, algorithm, rtt, bdp(rtt), delay);
        BOOST_TEST(jain_index(first, second) >= 0.9);
        BOOST_TEST(first + second >= enough);
      }
}

BOOST_DATA_TEST_CASE(two_flows_of_a_kind_share_a_long_path_with_a_long_queue_fairly, both, algorithm) {
  for (auto delay : {100ms, 1777ms, 5000ms, 7300ms, 10000ms, 20000ms})
    BOOST_TEST_CONTEXT(algorithm << ", the second " << delay / 1ms << " ms later") {
      auto [first, second] = share_of_two(algorithm, algorithm, 300ms, 4 * bdp(300ms), delay);
      BOOST_TEST(jain_index(first, second) >= 0.9);
      BOOST_TEST(first + second >= enough);
    }
}

BOOST_AUTO_TEST_CASE(a_cubic_and_a_bbr_flow_both_survive) {
  using enum congestion_algorithm;
  // A tenth of the fair share, which is half of the link.
  constexpr double alive = 0.05;
  for (auto rtt : {5ms, 50ms, 300ms})
    for (auto queue : {std::size_t{5 * 1472}, bdp(rtt), 4 * bdp(rtt)})
      for (auto [first, second] : {std::pair{cubic, bbr}, std::pair{bbr, cubic}})
        BOOST_TEST_CONTEXT(first << " first, " << rtt / 1ms << " ms, queue " << queue) {
          auto parts = share_of_two(first, second, rtt, queue, 1777ms);
          BOOST_TEST(parts.first >= alive);
          BOOST_TEST(parts.second >= alive);
        }
}

BOOST_AUTO_TEST_SUITE_END()
