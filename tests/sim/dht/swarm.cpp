#include "tests/sim/dht/swarm.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

namespace warren::sim {

void dht_member::take(dht::event what) {
  if (auto peers = std::get_if<dht::peers_found>(&what))
    found.insert(found.end(), peers->peers.begin(), peers->peers.end());
  else if (auto done = std::get_if<dht::lookup_done>(&what))
    finished.push_back(*done);
  else if (auto up = std::get_if<dht::bootstrapped>(&what))
    bootstraps.push_back(up->nodes);
  else if (auto seen = std::get_if<dht::external_address>(&what))
    externals.push_back(seen->where);
}

void dht_swarm::start(dht_member& who) {
  who.node.bootstrap(network.now());
  who.host.drive();
}

void dht_swarm::await_bootstraps(std::size_t first) {
  for (; first < members.size(); ++first)
    await([&] { return !members[first]->alive || !members[first]->bootstraps.empty(); }, 10min);
}

void dht_swarm::grow(std::size_t count, duration gap) {
  for (std::size_t i = 0; i < count; ++i) {
    start(add());
    network.run_for(gap);
  }
  await_bootstraps(0);
}

void dht_swarm::populate(std::size_t count) {
  constexpr std::size_t first_wave = 8;
  constexpr std::size_t known = 3;
  while (members.size() < count) {
    auto before = members.size();
    auto wave = std::min(count - before, std::max(first_wave, before / 4));
    for (std::size_t i = 0; i < wave; ++i) {
      auto how = base;
      for (std::size_t k = 0; k < known && before > 0; ++k)
        how.bootstrap.push_back(members[network.random().below(before)]->host.where());
      start(add(address(members.size()), how));
      network.run_for(1ms);
    }
    await_bootstraps(before);
  }
  network.run_for(30s);
}

void dht_swarm::churn(duration lifetime, duration how_long) {
  auto end = network.now() + how_long;
  auto living =
      std::count_if(members.begin(), members.end(), [](const auto& member) { return member->alive; });
  auto mean_gap = std::chrono::duration<double>(lifetime).count() / static_cast<double>(living);
  while (network.now() < end) {
    auto uniform = (static_cast<double>(network.random().next() >> 11) + 0.5) * 0x1p-53;
    network.run_for(
        std::chrono::duration_cast<duration>(std::chrono::duration<double>(-std::log(uniform) * mean_gap)));
    auto how = base;
    how.bootstrap = {any().host.where(), any().host.where()};
    kill(any());
    start(add(address(members.size()), how));
  }
}

dht_member& dht_swarm::any() {
  for (;;)
    if (auto& who = *members[network.random().below(members.size())]; who.alive)
      return who;
}

void dht_swarm::await_lookups(const dht_member& member, std::size_t count) {
  await([&] { return member.finished.size() >= count; }, 5min);
}

void dht_swarm::throw_late() const {
  throw std::runtime_error{"the simulated DHT is late (seed " + std::to_string(network.seed()) + ")"};
}

} // namespace warren::sim
