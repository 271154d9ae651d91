#pragma once

#include "tests/support/sim_network.hpp"
#include "transports/dht/node.hpp"

#include <memory>
#include <vector>

namespace warren::test {

/// One DHT node in a simulated network, with all that it reported.
struct dht_member {
  dht_member(sim_network& network, const endpoint& where, const dht::config& settings)
      : node{settings, network.random(), network.now()},
        host{network, where, node, [this](time_point, dht::event what) { take(std::move(what)); }} {}

  void take(dht::event what) {
    if (auto peers = std::get_if<dht::peers_found>(&what))
      found.insert(found.end(), peers->peers.begin(), peers->peers.end());
    else if (auto done = std::get_if<dht::lookup_done>(&what))
      finished.push_back(*done);
    else if (auto up = std::get_if<dht::bootstrapped>(&what))
      bootstraps.push_back(up->nodes);
    else
      externals.push_back(std::get<dht::external_address>(what).where);
  }

  dht::node node;
  std::vector<endpoint> found;
  std::vector<dht::lookup_done> finished;
  std::vector<std::size_t> bootstraps;
  std::vector<endpoint> externals;
  sim_host<dht::node> host; // last: it calls take()
};

/// A whole DHT in virtual time: the first member is the bootstrap node of all others. Each has a public address in a
/// network of its own, unless `settings` of the test says otherwise.
class dht_swarm {
public:
  dht_swarm(std::uint64_t seed, const link_quality& quality) : network{seed} {
    network.default_link(quality);
  }

  /// Returns the i-th address: 20.x.y.1:6881, each in a /24 of its own.
  static endpoint address(std::size_t i) {
    return {ip_address::v4({std::byte{20}, std::byte(i / 256), std::byte(i % 256), std::byte{1}}), 6881};
  }

  dht::config settings(std::size_t i) const {
    auto result = base;
    if (i > 0)
      result.bootstrap = {address(0)};
    return result;
  }

  dht_member& add() {
    auto i = members.size();
    return add(address(i), settings(i));
  }

  dht_member& add(const endpoint& where, const dht::config& how) {
    members.push_back(std::make_unique<dht_member>(network, where, how));
    return *members.back();
  }

  /// Starts `count` members, one every `gap`, and runs until all have bootstrapped.
  void grow(std::size_t count, duration gap) {
    for (std::size_t i = 0; i < count; ++i) {
      auto& member = add();
      member.node.bootstrap(network.now());
      member.host.drive();
      network.run_for(gap);
    }
    auto all_up = [this] {
      for (const auto& member : members)
        if (member->bootstraps.empty())
          return false;
      return true;
    };
    BOOST_REQUIRE(network.run_until(all_up, network.now() + std::chrono::minutes{10}));
  }

  /// Runs until `member` has finished `count` lookups in all.
  void await_lookups(const dht_member& member, std::size_t count) {
    BOOST_REQUIRE(network.run_until(
        [&] { return member.finished.size() >= count; }, network.now() + std::chrono::minutes{5}));
  }

  sim_network network;
  dht::config base;
  std::vector<std::unique_ptr<dht_member>> members;
};

} // namespace warren::test
