// Two streams that reach each other only through a udx::relay.
#include "transports/udx/relay.hpp"

#include "tests/support/udx_host.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace warren;
using namespace warren::test;

namespace {

constexpr std::size_t mib = 1024 * 1024;

const endpoint at_relay = *endpoint::parse("10.0.0.3:3000");

// What the peers' packets to the relay carry.
constexpr std::uint32_t relay_id_a = 10;
constexpr std::uint32_t relay_id_b = 20;

/// A relay on one socket. `b_known`: false when it learns the address of b from b's first packet.
class relay_host final : public sim::host {
public:
  explicit relay_host(sim::network& network, bool b_known)
      : network_{network},
        machine{
            {relay_id_a, udx_pair::id_a, udx_pair::at_a()},
            {relay_id_b, udx_pair::id_b, b_known ? std::optional{udx_pair::at_b()} : std::nullopt}} {
    id_ = network_.attach(at_relay, *this);
  }

  relay_host(const relay_host&) = delete;
  relay_host& operator=(const relay_host&) = delete;

  ~relay_host() override { network_.detach(id_); }

  void on_datagram(time_point, const endpoint& from, byte_view datagram) override {
    auto leg = machine.leg_of(datagram);
    if (leg && !machine.is_connected(*leg))
      machine.connect(*leg, from);
    buffer_.assign(datagram.begin(), datagram.end());
    if (auto out = machine.handle_packet(from, buffer_))
      network_.send(id_, out->to, out->datagram);
  }

private:
  sim::network& network_;
  sim::host_id id_;
  bytes buffer_;

public:
  udx::relay machine;
};

struct relayed_pair {
  explicit relayed_pair(sim::network& network, const udx::config& settings = {}, bool b_known = true)
      : relay{network, b_known},
        a{network, udx_pair::at_a(), udx_pair::side(settings, udx_pair::id_a, relay_id_a, at_relay)},
        b{network, udx_pair::at_b(), udx_pair::side(settings, udx_pair::id_b, relay_id_b, at_relay)} {}

  relay_host relay;
  udx_host a;
  udx_host b;
};

sim::link_quality with(double loss) {
  sim::link_quality quality;
  quality.latency = 10ms;
  quality.loss = loss;
  return quality;
}

} // namespace

BOOST_AUTO_TEST_SUITE(udx_relay)

BOOST_AUTO_TEST_CASE(some_mib_cross_both_ways_through_loss_on_either_side_of_the_relay) {
  for (auto loss : {0.0, 0.01, 0.05}) {
    BOOST_TEST_CONTEXT("loss " << loss) {
      sim::network network{23};
      network.default_link(with(loss));
      relayed_pair pair{network};
      auto from_a = noise(network.random(), 4 * mib);
      auto from_b = noise(network.random(), 2 * mib);
      pair.a.send(from_a);
      pair.b.send(from_b);
      pair.a.end();
      pair.b.end();
      auto over = [&] { return pair.a.events.closed > 0 && pair.b.events.closed > 0; };
      BOOST_TEST(network.run_until(over, network.now() + 600s));
      BOOST_TEST((pair.b.received == from_a));
      BOOST_TEST((pair.a.received == from_b));
      BOOST_TEST(!pair.a.events.reason);
      BOOST_TEST(!pair.b.events.reason);
      // The relay repeats nothing itself, and the peers' search for the path's MTU goes through it.
      BOOST_TEST((pair.a.stream.counters().retransmits > 0) == (loss > 0));
      BOOST_TEST(pair.a.stream.stats().mtu > 1200u);
      const auto& counts = pair.relay.machine.counters();
      BOOST_TEST(
          counts.packets <= pair.a.stream.counters().packets_out + pair.b.stream.counters().packets_out);
      BOOST_TEST(counts.wrong_source + counts.unknown_stream + counts.malformed == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_comes_before_the_other_peer_is_known_is_lost_and_repeated) {
  sim::network network{24};
  network.default_link(with(0));
  relayed_pair pair{network, {}, false};
  pair.a.send(as_byte_view("hello"));
  network.run_for(500ms);
  BOOST_TEST(pair.b.received.empty());
  BOOST_TEST(pair.relay.machine.counters().unconnected > 0u);
  pair.b.send(as_byte_view("here I am"));
  BOOST_TEST(network.run_until([&] { return !pair.b.received.empty(); }, network.now() + 10s));
  BOOST_TEST(as_text(pair.b.received) == "hello");
  BOOST_TEST(as_text(pair.a.received) == "here I am");
}

BOOST_AUTO_TEST_CASE(heartbeats_and_messages_cross) {
  sim::network network{25};
  network.default_link(with(0));
  udx::config settings;
  settings.keep_alive = 1s;
  settings.take_messages = true;
  relayed_pair pair{network, settings};
  network.run_for(10500ms);
  BOOST_TEST(pair.a.stream.counters().heartbeats_in == 10u);
  BOOST_TEST(pair.b.stream.counters().heartbeats_in == 10u);
  pair.a.stream.send_message(as_byte_view("msg!"));
  pair.a.drive();
  network.run_for(100ms);
  auto message = pair.b.stream.poll_message();
  BOOST_REQUIRE(message.has_value());
  BOOST_TEST(as_text(*message) == "msg!");
}

BOOST_AUTO_TEST_CASE(a_destroy_crosses_and_closes_all_three) {
  sim::network network{26};
  network.default_link(with(0));
  relayed_pair pair{network};
  pair.a.send(as_byte_view("some"));
  network.run_for(1s);
  pair.a.stream.destroy();
  pair.a.drive();
  network.run_for(1s);
  BOOST_TEST(as_text(pair.b.received) == "some");
  BOOST_TEST(pair.a.events.reason == udx::errc::aborted);
  BOOST_TEST(pair.b.events.reason == udx::errc::connection_reset);
  BOOST_TEST(pair.relay.machine.is_closed());
}

BOOST_AUTO_TEST_SUITE_END()
