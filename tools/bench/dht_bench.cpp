// Our side of tools/bench/dht: many DHT nodes in this process on loopback sockets, then announcements and lookups one after
// another. Prints one JSON object, like the scripts in peers/.
//   dht_bench NODES LOOKUPS
#include "tools/bench/process_usage.hpp"
#include "tools/dht/node_group.hpp"
#include "transports/crypto/system_random.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace warren;

double resident_kib() {
  return resident_octets() / 1024;
}

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

class bench {
public:
  bench(std::size_t nodes, std::size_t lookups) : nodes_{nodes}, lookups_{lookups} {}

  int run() {
    auto baseline = resident_kib();
    if (!grow())
      return 1;
    auto grown = cpu_seconds();
    auto settled = resident_kib();
    std::vector<double> announced;
    std::vector<double> looked_up;
    std::size_t found = 0;
    for (std::size_t i = 0; i < lookups_; ++i)
      announced.push_back(announce(i));
    for (std::size_t i = 0; i < lookups_; ++i)
      looked_up.push_back(look_up(i, found));
    auto n = static_cast<double>(nodes_);
    std::printf(
        "{\"name\":\"warren\",\"nodes\":%zu,\"lookups\":%zu,\"found\":%zu,\"lookup_ms_median\":%.3f,"
        "\"lookup_ms_p99\":%.3f,\"announce_ms_median\":%.3f,\"cpu_seconds\":%.3f,\"cpu_seconds_lookups\":%."
        "3f,"
        "\"queries_per_lookup\":%.1f,\"resident_kib_per_node\":%.1f,\"resident_kib_per_node_grown\":%.1f,"
        "\"resident_kib_start\":%.0f}\n",
        nodes_, lookups_, found, percentile(looked_up, 0.5), percentile(looked_up, 0.99),
        percentile(announced, 0.5), cpu_seconds(), cpu_seconds() - grown,
        static_cast<double>(queries_) / static_cast<double>(lookups_), resident_kib() / n, settled / n,
        baseline);
    return 0;
  }

private:
  static constexpr std::uint16_t peer_port = 7000;

  /// Starts the nodes, as many at a time as the peers' scripts do, and waits until all have bootstrapped and nothing more
  /// is being asked.
  bool grow() {
    for (std::size_t i = 0; i < nodes_; ++i) {
      dht::config settings;
      if (i > 0)
        settings.bootstrap = {group_.local(0)};
      auto added = group_.add({*ip_address::parse("127.0.0.1"), 0}, std::move(settings));
      if (!added) {
        std::fprintf(stderr, "cannot bind node %zu: %s\n", i, added.error().message().c_str());
        return false;
      }
      wait([this, i] { return up_ + 16 > i; });
    }
    wait([this] { return up_ == nodes_; });
    wait([this] { return idle(); });
    return true;
  }

  bool idle() {
    auto queries = std::uint64_t{0};
    for (std::size_t i = 0; i < nodes_; ++i)
      queries += group_.node(i).counters().queries_sent;
    return std::exchange(all_queries_, queries) == queries;
  }

  double announce(std::size_t i) {
    return timed(i * 7 % nodes_, [&](dht::node& node, time_point now) {
      return node.announce(now, topic(i), static_cast<std::uint16_t>(peer_port + i), false);
    });
  }

  double look_up(std::size_t i, std::size_t& found) {
    peers_.clear();
    auto took = timed((i * 11 + nodes_ / 2) % nodes_, [&](dht::node& node, time_point now) {
      return node.get_peers(now, topic(i));
    });
    queries_ += done_->queries;
    auto right = [&](const endpoint& peer) { return peer.port == peer_port + i; };
    found += std::any_of(peers_.begin(), peers_.end(), right);
    return took;
  }

  /// Returns the milliseconds until the lookup that `command` starts has ended.
  template <class Command>
  double timed(std::size_t node, Command command) {
    done_.reset();
    auto start = std::chrono::steady_clock::now();
    group_.with(node, command);
    wait([this] { return done_.has_value(); });
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  }

  template <class Predicate>
  void wait(Predicate done) {
    auto late = std::chrono::steady_clock::now() + 2min;
    while (!done()) {
      group_.loop().run_once(100ms);
      if (std::chrono::steady_clock::now() > late) {
        std::fprintf(stderr, "the nodes are late\n");
        std::exit(1);
      }
    }
  }

  void take(dht::event what) {
    if (auto found = std::get_if<dht::peers_found>(&what))
      peers_.insert(peers_.end(), found->peers.begin(), found->peers.end());
    else if (auto done = std::get_if<dht::lookup_done>(&what))
      done_ = *done;
    else if (std::holds_alternative<dht::bootstrapped>(what))
      ++up_;
  }

  static dht::info_hash topic(std::size_t i) {
    dht::info_hash result;
    std::uint64_t state = i + 1;
    for (auto& octet : result.octets) {
      state = state * 6364136223846793005 + 1442695040888963407;
      octet = static_cast<std::byte>(state >> 56);
    }
    return result;
  }

  std::size_t nodes_;
  std::size_t lookups_;
  std::size_t up_ = 0;
  std::uint64_t all_queries_ = 1;
  std::uint64_t queries_ = 0;
  std::vector<endpoint> peers_;
  std::optional<dht::lookup_done> done_;
  crypto::system_random random_;
  program::node_group group_{
      random_, [this](std::size_t, time_point, dht::event what) { take(std::move(what)); }};
};

} // namespace

int main(int argc, char** argv) {
  auto number = [&](int i, std::size_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  return bench{number(1, 500), number(2, 300)}.run();
}
