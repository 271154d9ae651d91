#include "tests/sim/dht/lookup_trial.hpp"

#include <algorithm>

using namespace std::chrono_literals;

namespace warren::sim {

namespace {

constexpr std::uint16_t peer_port = 7000;

} // namespace

void lookup_trial::announce(std::size_t topics, duration gap) {
  for (std::size_t i = 0; i < topics; ++i) {
    dht::info_hash topic;
    swarm_.network.random().fill(topic.octets);
    auto& who = free_member();
    who.node.announce(swarm_.network.now(), topic, peer_port, false);
    who.host.drive();
    announcements_.push_back({topic, {who.host.where().address, peer_port}});
    swarm_.network.run_for(gap);
  }
  finish();
}

lookup_report lookup_trial::look_up(std::size_t count, duration gap) {
  report_ = {};
  times_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& wanted = announcements_[i % announcements_.size()];
    auto& who = free_member();
    running_.back().wanted = wanted.peer;
    who.node.get_peers(swarm_.network.now(), wanted.topic);
    who.host.drive();
    swarm_.network.run_for(gap);
  }
  finish();
  std::sort(times_.begin(), times_.end());
  report_.queries /= static_cast<double>(count);
  report_.hops /= static_cast<double>(count);
  report_.median = times_[times_.size() / 2];
  report_.slowest = times_.back();
  return report_;
}

dht_member& lookup_trial::free_member() {
  if (running_.size() >= swarm_.members.size() / 4)
    finish();
  auto busy = [this](const dht_member* who) {
    return std::any_of(running_.begin(), running_.end(), [who](const auto& one) { return one.who == who; });
  };
  auto who = &swarm_.any();
  while (busy(who))
    who = &swarm_.any();
  who->finished.clear();
  who->found.clear();
  running_.push_back({who, std::nullopt});
  return *who;
}

void lookup_trial::finish() {
  for (const auto& [who, wanted] : running_) {
    swarm_.await_lookups(*who, 1);
    if (!wanted)
      continue;
    const auto& done = who->finished.front();
    ++report_.lookups;
    report_.succeeded += std::find(who->found.begin(), who->found.end(), *wanted) != who->found.end();
    report_.queries += static_cast<double>(done.queries);
    report_.hops += static_cast<double>(done.hops);
    times_.push_back(done.took);
  }
  running_.clear();
}

} // namespace warren::sim
