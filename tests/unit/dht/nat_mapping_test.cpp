#include "transports/dht/nat_mapping.hpp"

#include "tests/unit/dht/nodes.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using warren::endpoint;
using warren::ip_address;
using warren::test::endpoint_of;
using namespace warren::dht;

namespace {

const auto me = *endpoint::parse("198.51.100.7:4000");

endpoint at_port(std::size_t port) {
  return {me.address, static_cast<std::uint16_t>(port)};
}

/// What `n` hosts see behind a NAT that takes the port `first`, and adds `step` for every further host.
std::vector<observation> hosts_see(std::size_t n, std::size_t first, std::size_t step) {
  std::vector<observation> result;
  for (std::size_t i = 0; i < n; ++i)
    result.push_back({endpoint_of(i), at_port(first + i * step)});
  return result;
}

nat_mapping find(const std::vector<observation>& seen, const std::vector<endpoint>& own = {}) {
  return find_mapping(seen, own, 3);
}

} // namespace

BOOST_AUTO_TEST_SUITE(nat_mapping_test)

BOOST_AUTO_TEST_CASE(the_same_port_towards_everybody_is_a_consistent_mapping) {
  auto found = find(hosts_see(5, 4000, 0));
  BOOST_TEST((found.kind == nat_kind::consistent));
  BOOST_TEST(found.behaviour == "endpoint-independent");
  BOOST_TEST((found.external == me));
  BOOST_TEST(found.hosts == 5u);
  BOOST_TEST(found.ports == 1u);
}

BOOST_AUTO_TEST_CASE(another_port_towards_each_host_is_a_random_mapping) {
  auto found = find(hosts_see(5, 5000, 7));
  BOOST_TEST((found.kind == nat_kind::random));
  BOOST_TEST(found.behaviour == "address-dependent or address and port-dependent");
  BOOST_TEST((found.external->address == me.address));
  BOOST_TEST(found.ports == 5u);
}

BOOST_AUTO_TEST_CASE(observers_on_one_host_tell_whether_the_port_counts_too) {
  std::vector<observation> by_address;
  std::vector<observation> by_port;
  for (std::size_t i = 0; i < 6; ++i) {
    auto observer = endpoint_of(i / 2);
    observer.port = static_cast<std::uint16_t>(7000 + i);
    by_address.push_back({observer, at_port(5000 + i / 2)});
    by_port.push_back({observer, at_port(5000 + i)});
  }
  BOOST_TEST(find(by_address).behaviour == "address-dependent");
  BOOST_TEST((find(by_address).kind == nat_kind::random));
  BOOST_TEST(find(by_port).behaviour == "address and port-dependent");
  BOOST_TEST((find(by_port).kind == nat_kind::random));
}

BOOST_AUTO_TEST_CASE(nothing_is_told_from_too_few_observations) {
  BOOST_TEST((find({}).kind == nat_kind::unknown));
  BOOST_TEST((find(hosts_see(2, 4000, 0)).kind == nat_kind::unknown));
  BOOST_TEST((find(hosts_see(2, 4000, 1)).kind == nat_kind::unknown));
  BOOST_TEST((find(hosts_see(3, 4000, 0)).kind == nat_kind::consistent));
}

BOOST_AUTO_TEST_CASE(one_host_alone_cannot_show_that_a_mapping_is_consistent_but_that_it_is_not) {
  std::vector<observation> same;
  std::vector<observation> different;
  for (std::uint16_t i = 0; i < 5; ++i) {
    auto observer = endpoint_of(1);
    observer.port = static_cast<std::uint16_t>(7000 + i);
    same.push_back({observer, me});
    different.push_back({observer, at_port(5000u + i)});
  }
  BOOST_TEST((find(same).kind == nat_kind::unknown));
  BOOST_TEST((find(same).external == me));
  BOOST_TEST((find(different).kind == nat_kind::random));
  BOOST_TEST((find(same, {me}).kind == nat_kind::open), "but that there is none");
}

BOOST_AUTO_TEST_CASE(being_seen_at_an_own_endpoint_is_no_nat) {
  auto seen = hosts_see(4, 4000, 0);
  auto found = find(seen, {*endpoint::parse("10.0.0.1:4000"), me});
  BOOST_TEST((found.kind == nat_kind::open));
  BOOST_TEST(found.behaviour.empty());
  BOOST_TEST((find(seen, {*endpoint::parse("10.0.0.1:4000")}).kind == nat_kind::consistent));
  BOOST_TEST(
      (find(seen, {at_port(4001)}).kind == nat_kind::consistent), "our address with a port that is not ours");
}

BOOST_AUTO_TEST_CASE(a_minority_of_liars_changes_nothing) {
  auto honest = hosts_see(5, 4000, 0);
  auto random = hosts_see(5, 5000, 7);
  for (std::size_t i = 100; i < 104; ++i) {
    honest.push_back({endpoint_of(i), at_port(6000 + i)});
    random.push_back({endpoint_of(i), at_port(4000)});
  }
  BOOST_TEST((find(honest).kind == nat_kind::consistent));
  BOOST_TEST((find(honest).external == me));
  BOOST_TEST((find(random).kind == nat_kind::random));
  auto elsewhere = hosts_see(5, 4000, 0);
  for (std::size_t i = 100; i < 104; ++i)
    elsewhere.push_back({endpoint_of(i), *endpoint::parse("203.0.113.9:4000")});
  BOOST_TEST((find(elsewhere).external == me));
  BOOST_TEST((find(elsewhere).kind == nat_kind::consistent));
}

BOOST_AUTO_TEST_CASE(many_observers_on_one_host_have_one_vote) {
  auto seen = hosts_see(3, 4000, 0);
  for (std::uint16_t i = 0; i < 10; ++i) {
    auto observer = endpoint_of(100);
    observer.port = static_cast<std::uint16_t>(7000 + i);
    seen.push_back({observer, at_port(6000)});
  }
  auto found = find(seen);
  BOOST_TEST((found.kind == nat_kind::consistent));
  BOOST_TEST((found.external == me));
}

BOOST_AUTO_TEST_CASE(a_pool_of_addresses_without_a_majority_is_random_and_has_no_external_address) {
  std::vector<observation> seen;
  for (std::size_t i = 0; i < 6; ++i)
    seen.push_back({endpoint_of(i), {endpoint_of(200 + i).address, 4000}});
  auto found = find(seen);
  BOOST_TEST((found.kind == nat_kind::random));
  BOOST_TEST(found.behaviour == "address pooling that is not paired");
  BOOST_TEST(!found.external);
}

BOOST_AUTO_TEST_CASE(nodes_that_tell_no_port_tell_the_address_only) {
  auto found = find(hosts_see(4, 0, 0));
  BOOST_TEST((found.kind == nat_kind::unknown));
  BOOST_TEST((found.external == at_port(0)));
}

BOOST_AUTO_TEST_SUITE_END()
