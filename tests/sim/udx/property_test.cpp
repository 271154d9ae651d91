// Two streams against a plain queue of octets: whatever is written, lost, repeated, overtaken, too large for the path, not
// read for a while or moved to another address, each side has received a prefix of what the other wrote, in the end all of
// it. A failure names its seed; WARREN_UDX_SEED runs that one alone, WARREN_UDX_SEEDS so many.
#include "tests/support/seeds.hpp"
#include "tests/support/udx_host.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::test;

namespace {

constexpr std::uint64_t seeds = 2000;

/// One run: everything in it follows from its seed.
class run {
public:
  explicit run(std::uint64_t seed)
      : network_{seed},
        draw_{seed * 7919},
        mtu_{1172 + draw_.below(400)},
        pair_{prepared(), side_settings(), side_settings()} {}

  void go() {
    auto steps = 3 + draw_.below(12);
    for (std::uint64_t i = 0; i < steps && !over(); ++i) {
      step();
      network_.run_for(std::chrono::milliseconds{draw_.below(400)});
      check_prefixes();
    }
    settle();
    check_prefixes();
    BOOST_TEST(!pair_.a.events.reason);
    BOOST_TEST(!pair_.b.events.reason);
    BOOST_TEST((pair_.a.received == written_by_b_));
    BOOST_TEST((pair_.b.received == written_by_a_));
    BOOST_TEST(pair_.a.events.closed == 1);
    BOOST_TEST(pair_.b.events.closed == 1);
    BOOST_TEST(pair_.a.largest_datagram <= 1472u);
  }

private:
  sim::link_quality link() {
    sim::link_quality result;
    result.latency = std::chrono::milliseconds{1 + draw_.below(60)};
    result.jitter = draw_.chance(0.3) ? result.latency / 2 : duration{};
    result.loss = draw_.chance(0.7) ? 0.01 * static_cast<double>(draw_.below(12)) : 0;
    result.duplication = draw_.chance(0.5) ? 0.1 : 0;
    result.reorder = draw_.chance(0.5) ? 0.1 : 0;
    result.reorder_delay = result.latency;
    result.mtu = mtu_;
    if (draw_.chance(0.3)) {
      result.bytes_per_second = 20'000 + draw_.below(500'000);
      result.queue_bytes = 5'000 + draw_.below(60'000);
    }
    return result;
  }

  // The links stand before the first packet leaves.
  sim::network& prepared() {
    network_.link(udx_pair::at_a(), udx_pair::at_b(), link());
    network_.link(udx_pair::at_b(), udx_pair::at_a(), link());
    return network_;
  }

  udx::config side_settings() {
    udx::config result;
    result.receive_window = draw_.chance(0.5) ? 1 + draw_.below(20'000) : 200'000;
    result.send_buffer = draw_.chance(0.5) ? 1'000 + draw_.below(20'000) : 200'000;
    result.congestion = draw_.chance(0.5) ? udx::congestion_algorithm::bbr : udx::congestion_algorithm::cubic;
    result.keep_alive = draw_.chance(0.2) ? duration{1s} : duration{};
    result.accept_any_source = true;
    return result;
  }

  bool over() const { return pair_.a.events.closed > 0 || pair_.b.events.closed > 0; }

  void step() {
    auto first = draw_.chance(0.5);
    auto& host = first ? pair_.a : pair_.b;
    switch (draw_.below(8)) {
      case 0: // a reader that pauses or goes on: its window closes
        host.reading = !host.reading;
        host.drive();
        break;
      case 1: // an outage, shorter than what ends a stream
        network_.link(host.where(), host.stream.remote(), dead());
        network_.run_for(std::chrono::milliseconds{draw_.below(2'000)});
        network_.link(host.where(), host.stream.remote(), link());
        break;
      case 2:
        move();
        break;
      default:
        write(host, first ? written_by_a_ : written_by_b_);
    }
  }

  static sim::link_quality dead() {
    sim::link_quality result;
    result.loss = 1;
    return result;
  }

  void write(udx_host& host, bytes& model) {
    auto data = noise(draw_, draw_.chance(0.3) ? draw_.below(40'000) : draw_.below(3'000));
    model.insert(model.end(), data.begin(), data.end());
    host.send(data);
  }

  // The first side gets another address, and both know.
  void move() {
    auto where = endpoint{udx_pair::at_a().address, static_cast<std::uint16_t>(1001 + moves_++)};
    network_.link(where, udx_pair::at_b(), link());
    network_.link(udx_pair::at_b(), where, link());
    pair_.a.attach(where);
    pair_.a.stream.change_remote(network_.now(), udx_pair::at_b(), udx_pair::id_b);
    pair_.b.stream.change_remote(network_.now(), where, udx_pair::id_a);
    pair_.a.drive();
    pair_.b.drive();
  }

  void settle() {
    for (auto host : {&pair_.a, &pair_.b}) {
      host->reading = true;
      host->drive();
      host->end();
    }
    auto both_over = [&] { return pair_.a.events.closed > 0 && pair_.b.events.closed > 0; };
    BOOST_TEST(network_.run_until(both_over, network_.now() + 1h), "both sides close");
  }

  void check_prefixes() const {
    BOOST_REQUIRE(is_prefix(pair_.a.received, written_by_b_));
    BOOST_REQUIRE(is_prefix(pair_.b.received, written_by_a_));
  }

  static bool is_prefix(const bytes& part, const bytes& whole) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
  }

  sim::network network_;
  sim::random draw_;
  std::size_t
      mtu_; // 1172 octets of UDP are a packet of 1200: below that nothing is promised. It never falls.
  udx_pair pair_;
  bytes written_by_a_;
  bytes written_by_b_;
  unsigned moves_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(udx_property)

BOOST_AUTO_TEST_CASE(a_pair_of_streams_is_a_pair_of_byte_queues_whatever_the_path_does) {
  for_each_seed("WARREN_UDX", seeds, [](std::uint64_t seed) { run{seed}.go(); });
}

BOOST_AUTO_TEST_SUITE_END()
