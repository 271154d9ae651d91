#pragma once

#include "tests/sim/network/machine_host.hpp"
#include "transports/dht/node.hpp"

#include <memory>
#include <vector>

namespace warren::sim {

/// One DHT node in a simulated network, with all that it reported.
struct dht_member {
  dht_member(network& net, const endpoint& where, const dht::config& settings, realm_id realm = public_realm)
      : node{settings, net.random(), net.now()},
        host{net, where, node, [this](time_point, dht::event what) { take(std::move(what)); }, realm} {}

  void take(dht::event what);

  dht::node node;
  std::vector<endpoint> found;
  std::vector<dht::lookup_done> finished;
  std::vector<std::size_t> bootstraps;
  std::vector<endpoint> externals;
  bool alive = true;            ///< answers as itself: neither killed nor lying
  machine_host<dht::node> host; // last: it calls take()
};

/// A whole DHT in virtual time: the first member is the bootstrap node of all others. Each has a public address in a
/// network of its own, unless `settings` of the scenario says otherwise. A wait that does not end in time throws
/// std::runtime_error, naming the seed.
class dht_swarm {
public:
  dht_swarm(std::uint64_t seed, const link_quality& quality) : network{seed} {
    network.default_link(quality);
  }

  /// Returns the i-th address: 20.x.y.1:6881 and on, each in a /24 of its own.
  static endpoint address(std::size_t i) {
    return {
        ip_address::v4({std::byte(20 + i / 65'536), std::byte(i / 256), std::byte(i % 256), std::byte{1}}),
        6881};
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

  dht_member& add(const endpoint& where, const dht::config& how, realm_id realm = public_realm) {
    members.push_back(std::make_unique<dht_member>(network, where, how, realm));
    return *members.back();
  }

  /// Starts `count` members, one every `gap`, and runs until all have bootstrapped.
  void grow(std::size_t count, duration gap);

  /// Makes a large network of `count` members quickly: waves of newcomers, each a quarter of what is there, which know
  /// three members from before. Runs until all have bootstrapped and have had time to look into all their buckets.
  void populate(std::size_t count);

  /// Takes a member off the network without a word.
  void kill(dht_member& who) {
    who.host.detach();
    who.alive = false;
  }

  /// Lets members leave for good and others take their place: each lives `lifetime` on average (exponentially
  /// distributed), and a newcomer starts for each that goes. Goes on for `how_long` of virtual time.
  void churn(duration lifetime, duration how_long);

  /// Returns a living member at random.
  dht_member& any();

  /// Runs until `member` has finished `count` lookups in all.
  void await_lookups(const dht_member& member, std::size_t count);

  /// Runs until `done`; throws when that takes more than `most` of virtual time.
  template <class Predicate>
  void await(Predicate done, duration most) {
    if (!network.run_until(done, network.now() + most))
      throw_late();
  }

  sim::network network;
  dht::config base;
  std::vector<std::unique_ptr<dht_member>> members;

private:
  void start(dht_member& who);
  void await_bootstraps(std::size_t first);
  [[noreturn]] void throw_late() const;
};

} // namespace warren::sim
