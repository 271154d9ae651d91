#include "tests/sim/network/network.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <vector>

using namespace std::chrono_literals;
using warren::byte_view;
using warren::endpoint;
using warren::ip_address;
using warren::time_point;
using warren::sim::nat_behaviour;
using warren::sim::nat_dependence;
using warren::sim::network;
using warren::sim::realm_id;

namespace {

constexpr auto independent = nat_dependence::endpoint_independent;
constexpr auto by_address = nat_dependence::address_dependent;
constexpr auto by_port = nat_dependence::address_and_port_dependent;

const auto inside = *endpoint::parse("192.168.0.2:5000");
const auto outside = *ip_address::parse("20.0.0.1");
const auto server = *endpoint::parse("30.0.0.1:80");
const auto same_host = *endpoint::parse("30.0.0.1:81");
const auto stranger = *endpoint::parse("30.0.0.2:80");

/// A host behind a NAT and what arrived there.
struct natted {
  explicit natted(const nat_behaviour& how) : realm{net.add_nat(outside, how)} {
    id = net.attach(
        inside, [this](time_point, const endpoint& from, byte_view) { heard.push_back(from); }, realm);
  }

  /// Sends from inside to `to`; returns where `to` sees it come from.
  endpoint seen_by(const endpoint& to) {
    endpoint result;
    net.attach(to, [&](time_point, const endpoint& from, byte_view) { result = from; });
    net.send(id, to, {});
    net.run_for(1s);
    net.detach(to);
    return result;
  }

  /// Returns whether a datagram from `from` to the outside endpoint `to` gets in.
  bool admits(const endpoint& from, const endpoint& to) {
    heard.clear();
    net.send(from, to, {});
    net.run_for(1s);
    return heard == std::vector{from};
  }

  network net{1};
  realm_id realm;
  warren::sim::host_id id;
  std::vector<endpoint> heard;
};

} // namespace

BOOST_AUTO_TEST_SUITE(nat_test)

BOOST_AUTO_TEST_CASE(a_mapping_is_the_same_for_as_much_of_the_remote_as_it_does_not_depend_on) {
  for (auto mapping : {independent, by_address, by_port}) {
    natted host{{.mapping = mapping}};
    auto first = host.seen_by(server);
    BOOST_TEST((first.address == outside));
    BOOST_TEST((host.seen_by(server) == first));
    BOOST_TEST((host.seen_by(same_host) == first) == (mapping != by_port));
    BOOST_TEST((host.seen_by(stranger) == first) == (mapping == independent));
  }
}

BOOST_AUTO_TEST_CASE(a_filter_lets_in_whom_the_inside_has_written_to_as_far_as_it_looks) {
  for (auto filtering : {independent, by_address, by_port}) {
    natted host{{.filtering = filtering}};
    auto hole = host.seen_by(server);
    BOOST_TEST(host.admits(server, hole));
    BOOST_TEST(host.admits(same_host, hole) == (filtering != by_port));
    BOOST_TEST(host.admits(stranger, hole) == (filtering == independent));
    BOOST_TEST(!host.admits(server, {outside, static_cast<std::uint16_t>(hole.port ^ 1)}));
  }
}

BOOST_AUTO_TEST_CASE(mappings_end_when_the_inside_is_silent_and_after_a_reset) {
  natted host{{.filtering = independent, .lifetime = 30s}};
  auto hole = host.seen_by(server);
  host.net.run_for(20s);
  BOOST_TEST(host.admits(server, hole));
  host.net.run_for(20s); // what comes in does not prolong it
  BOOST_TEST(!host.admits(server, hole));
  hole = host.seen_by(server);
  host.net.nat_around(host.realm).reset();
  BOOST_TEST(!host.admits(server, hole));
  BOOST_TEST(host.net.stats().filtered == 2u);
}

BOOST_AUTO_TEST_CASE(ports_are_preserved_where_they_are_free) {
  natted host{{.preserves_ports = true}};
  BOOST_TEST(host.seen_by(server).port == inside.port);
  auto other = host.net.attach(
      {*ip_address::parse("192.168.0.3"), inside.port}, [](auto...) {}, host.realm);
  std::set<std::uint16_t> ports;
  host.net.attach(server, [&](time_point, const endpoint& from, byte_view) { ports.insert(from.port); });
  host.net.send(host.id, server, {});
  host.net.send(other, server, {});
  host.net.run_for(1s);
  BOOST_TEST(ports.size() == 2u);
}

BOOST_AUTO_TEST_CASE(hosts_behind_one_nat_meet_inside_and_through_a_hairpin_only_where_there_is_one) {
  for (auto hairpinning : {true, false}) {
    natted host{{.filtering = independent, .hairpinning = hairpinning}};
    auto neighbour = host.net.attach(
        {*ip_address::parse("192.168.0.3"), 6000}, [](auto...) {}, host.realm);
    auto hole = host.seen_by(server);
    host.net.send(neighbour, inside, {});
    host.net.run_for(1s);
    BOOST_REQUIRE(host.heard.size() == 1u);
    BOOST_TEST((host.heard[0] == *endpoint::parse("192.168.0.3:6000")));
    host.net.send(neighbour, hole, {});
    host.net.run_for(1s);
    BOOST_TEST(host.heard.size() == (hairpinning ? 2u : 1u));
    BOOST_TEST((host.heard.back().address == outside) == hairpinning);
  }
}

BOOST_AUTO_TEST_CASE(a_nat_within_a_nat_is_passed_both_ways) {
  network net{1};
  auto outer = net.add_nat(outside, {.filtering = by_port});
  auto inner = net.add_nat(*ip_address::parse("100.64.0.1"), {.filtering = by_port}, outer);
  std::size_t answers = 0;
  auto id = net.attach(
      inside,
      [&](time_point, const endpoint& from, byte_view) {
        BOOST_TEST((from == server));
        ++answers;
      },
      inner);
  net.attach(server, [&](time_point, const endpoint& from, byte_view payload) {
    BOOST_TEST((from.address == outside));
    net.send(server, from, payload);
  });
  net.send(id, server, {});
  net.run_for(1s);
  BOOST_TEST(answers == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
