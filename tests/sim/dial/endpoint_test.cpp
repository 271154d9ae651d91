#include "tests/sim/network/machine_host.hpp"
#include "transports/dial/endpoint.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

using namespace std::chrono_literals;
using namespace warren;

namespace {

const auto at_a = *endpoint::parse("10.0.0.1:1000");
const auto at_b = *endpoint::parse("10.0.0.2:2000");

struct side {
  side(sim::network& network, const endpoint& where, dial::config settings = {})
      : machine{settings, network.random()},
        host{network, where, machine, [this](time_point, const dial::event& what) {
               events.push_back(what);
             }} {}

  template <class Event>
  std::vector<Event> all() const {
    std::vector<Event> result;
    for (const auto& what : events)
      if (auto event = std::get_if<Event>(&what))
        result.push_back(*event);
    return result;
  }

  std::vector<dial::event> events;
  dial::endpoint machine;
  sim::machine_host<dial::endpoint> host;
};

} // namespace

BOOST_AUTO_TEST_SUITE(dial_sim)

BOOST_AUTO_TEST_CASE(most_dials_succeed_through_a_bad_network_and_no_two_streams_get_mixed_up) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      sim::network network{seed};
      sim::link_quality quality;
      quality.latency = 30ms;
      quality.jitter = 20ms;
      quality.loss = 0.2;
      quality.duplication = 0.1;
      network.default_link(quality);
      side a{network, at_a};
      side b{network, at_b};
      for (int i = 0; i < 50; ++i) {
        BOOST_REQUIRE(bool(a.machine.dial(network.now(), at_b)));
        BOOST_REQUIRE(bool(b.machine.dial(network.now(), at_a)));
      }
      a.host.drive();
      b.host.drive();
      network.run_for(20s);
      BOOST_TEST(a.machine.attempts_in_flight() == 0u);
      for (auto [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
        auto out = from->all<dial::outbound>();
        auto in = to->all<dial::inbound>();
        BOOST_TEST(out.size() + from->all<dial::failed>().size() == 50u);
        BOOST_TEST(out.size() >= 47u);
        for (const auto& opened : out) {
          auto same = [&](const dial::inbound& other) {
            return other.local_id == opened.remote_id && other.remote_id == opened.local_id;
          };
          BOOST_TEST(std::count_if(in.begin(), in.end(), same) == 1);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_endpoint_can_dial_itself) {
  sim::network network{1};
  side a{network, at_a};
  BOOST_REQUIRE(bool(a.machine.dial(network.now(), at_a)));
  a.host.drive();
  network.run_for(1s);
  auto out = a.all<dial::outbound>();
  auto in = a.all<dial::inbound>();
  BOOST_REQUIRE(out.size() == 1u);
  BOOST_REQUIRE(in.size() == 1u);
  BOOST_TEST(out[0].local_id == in[0].remote_id);
  BOOST_TEST(out[0].local_id != in[0].local_id);
}

BOOST_AUTO_TEST_CASE(nobody_there_is_a_timeout) {
  sim::network network{1};
  side a{network, at_a};
  BOOST_REQUIRE(bool(a.machine.dial(network.now(), at_b)));
  a.host.drive();
  network.run_for(6s);
  BOOST_REQUIRE(a.all<dial::failed>().size() == 1u);
  BOOST_TEST((a.all<dial::failed>()[0].reason == dial::errc::timed_out));
}

// The example of tests/sim/network/README.md.
BOOST_AUTO_TEST_CASE(a_dial_from_behind_a_nat_succeeds_although_the_box_restarts_meanwhile) {
  sim::network net{1};
  net.default_link({.latency = 40ms, .spread = 0.5, .jitter = 10ms, .loss = 0.02});
  auto home = net.add_nat(
      *ip_address::parse("20.0.0.1"), {.mapping = sim::nat_dependence::address_and_port_dependent});

  dial::endpoint caller{{}, net.random()};
  dial::endpoint called{{}, net.random()};
  std::vector<dial::event> events;
  auto note = [&](time_point, const dial::event& what) { events.push_back(what); };
  sim::machine_host b{net, *endpoint::parse("30.0.0.1:7000"), called};
  sim::machine_host a{net, *endpoint::parse("192.168.0.2:7000"), caller, note, home};
  BOOST_REQUIRE(bool(caller.dial(net.now(), b.where())));
  a.drive(); // after every command

  net.at(net.now() + 30ms, [&](time_point) { net.nat_around(home).reset(); });
  BOOST_TEST(net.run_until([&] { return !events.empty(); }, net.now() + 10s));
  BOOST_TEST(std::holds_alternative<dial::outbound>(events.at(0)));
}

BOOST_AUTO_TEST_SUITE_END()
