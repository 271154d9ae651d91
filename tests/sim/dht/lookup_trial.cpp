#include "tests/sim/dht/lookup_trial.hpp"

#include <algorithm>

using namespace std::chrono_literals;

namespace warren::sim {

namespace {

constexpr std::uint16_t peer_port = 7000;

void tally(lookup_report& into, const dht_member& seeker, const endpoint& wanted) {
  const auto& done = seeker.finished.front();
  ++into.lookups;
  into.succeeded += std::find(seeker.found.begin(), seeker.found.end(), wanted) != seeker.found.end();
  into.queries += static_cast<double>(done.queries);
  into.hops += static_cast<double>(done.hops);
}

} // namespace

void lookup_trial::announce(std::size_t topics) {
  for (std::size_t i = 0; i < topics; ++i) {
    auto& who = swarm_.any();
    who.finished.clear();
    dht::info_hash topic;
    swarm_.network.random().fill(topic.octets);
    who.node.announce(swarm_.network.now(), topic, peer_port, false);
    who.host.drive();
    swarm_.await_lookups(who, 1);
    announcements_.push_back({topic, {who.host.where().address, peer_port}});
  }
}

lookup_report lookup_trial::look_up(std::size_t count, duration gap) {
  lookup_report result;
  std::vector<duration> times;
  std::vector<std::pair<dht_member*, endpoint>> running;
  for (std::size_t i = 0; i < count;) {
    const auto& wanted = announcements_[i % announcements_.size()];
    if (auto who = start(wanted.topic, running.size())) {
      running.emplace_back(who, wanted.peer);
      swarm_.network.run_for(gap);
      ++i;
      continue;
    }
    finish(running, result, times);
  }
  finish(running, result, times);
  std::sort(times.begin(), times.end());
  result.queries /= static_cast<double>(count);
  result.hops /= static_cast<double>(count);
  result.median = times[times.size() / 2];
  result.slowest = times.back();
  return result;
}

dht_member* lookup_trial::start(const dht::info_hash& topic, std::size_t running) {
  if (running >= swarm_.members.size() / 4)
    return nullptr;
  auto who = &swarm_.any();
  while (std::find(busy_.begin(), busy_.end(), who) != busy_.end())
    who = &swarm_.any();
  busy_.push_back(who);
  who->finished.clear();
  who->found.clear();
  who->node.get_peers(swarm_.network.now(), topic);
  who->host.drive();
  return who;
}

void lookup_trial::finish(
    std::vector<std::pair<dht_member*, endpoint>>& running, lookup_report& into,
    std::vector<duration>& times) {
  for (const auto& [who, wanted] : running) {
    swarm_.await_lookups(*who, 1);
    tally(into, *who, wanted);
    times.push_back(who->finished.front().took);
  }
  running.clear();
  busy_.clear();
}

} // namespace warren::sim
