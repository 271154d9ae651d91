// A whole DHT in one thread and virtual time: how lookups fare as it grows, loses nodes and meets liars, and what it costs
// to simulate. Each step prints a JSON object.
//   dht_sim [NODES [LOOKUPS [SEED [--check]]]]
// With --check it also says for each promise whether it was kept ("ok - ...", "not ok - ..."), and ends with 1 if one was not.
#include "tests/sim/dht/liar.hpp"
#include "tests/sim/dht/lookup_trial.hpp"
#include "tools/bench/process_usage.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace warren;

double milliseconds(duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

struct arguments {
  std::size_t nodes = 10'000;
  std::size_t lookups = 1'000;
  std::uint64_t seed = 1;
  bool check = false;
};

bool kept = true;

constexpr double most_mib = 6 * 1024;
constexpr double most_seconds = 600;

/// The most memory that this process ever held.
double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Says whether the whole run kept to its memory and its time.
void promise_cost(const arguments& given, std::chrono::steady_clock::time_point began) {
  if (!given.check)
    return;
  auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  auto holds = peak_mib() <= most_mib && seconds <= most_seconds;
  kept = kept && holds;
  std::printf(
      "%s - %zu nodes take %.0f MiB and %.0f s, %.0f and %.0f are allowed\n", holds ? "ok" : "not ok",
      given.nodes, peak_mib(), seconds, most_mib, most_seconds);
}

/// Says whether at least `wanted` of the lookups succeeded.
void promise(
    const arguments& given, const std::string& what, const sim::lookup_report& report, double wanted) {
  if (!given.check)
    return;
  auto holds = report.success() >= wanted;
  kept = kept && holds;
  std::printf(
      "%s - of %zu nodes, %s: %.2f %% of the lookups find the peer, %.1f %% are wanted\n",
      holds ? "ok" : "not ok", given.nodes, what.c_str(), report.success() * 100, wanted * 100);
}

void print(const char* step, const sim::dht_swarm& swarm) {
  std::printf(
      "{\"step\":\"%s\",\"nodes\":%zu,\"virtual_seconds\":%.0f,\"events\":%llu,\"cpu_seconds\":%.1f,"
      "\"resident_mib\":%.0f,\"resident_kib_per_node\":%.1f}\n",
      step, swarm.members.size(),
      std::chrono::duration<double>(swarm.network.now().time_since_epoch()).count(),
      static_cast<unsigned long long>(swarm.network.stats().events), cpu_seconds(),
      resident_octets() / 1048576, resident_octets() / 1024 / static_cast<double>(swarm.members.size()));
  std::fflush(stdout);
}

void print(const std::string& step, const sim::lookup_report& report) {
  std::printf(
      "{\"step\":\"%s\",\"lookups\":%zu,\"success\":%.4f,\"queries\":%.1f,\"hops\":%.2f,\"median_ms\":%.0f,"
      "\"slowest_ms\":%.0f,\"cpu_seconds\":%.1f}\n",
      step.c_str(), report.lookups, report.success(), report.queries, report.hops,
      milliseconds(report.median), milliseconds(report.slowest), cpu_seconds());
  std::fflush(stdout);
}

void lie(
    sim::dht_swarm& swarm, const arguments& given, const std::string& name, std::span<const sim::lie> kinds) {
  sim::liars lying{swarm};
  lying.turn(0.2, kinds);
  sim::lookup_trial trial{swarm};
  trial.announce(given.lookups / 5);
  auto report = trial.look_up(given.lookups);
  print("a fifth lies: " + name, report);
  promise(given, "a fifth lies with " + name, report, 0.95);
}

sim::link_quality internet() {
  return {.latency = 50ms, .spread = 0.5, .jitter = 10ms, .loss = 0.01};
}

/// Measures networks of a hundredth and a tenth of the size, for comparison with `large`: the cost of a lookup should grow
/// with the logarithm of the size.
void compare(const arguments& given, const sim::lookup_report& large) {
  std::vector<sim::lookup_report> reports;
  for (auto size : {given.nodes / 100, given.nodes / 10}) {
    sim::dht_swarm swarm{given.seed, internet()};
    swarm.populate(size);
    sim::lookup_trial trial{swarm};
    trial.announce(given.lookups / 5);
    reports.push_back(trial.look_up(given.lookups));
    print("of " + std::to_string(size) + " nodes", reports.back());
  }
  reports.push_back(large);
  // Growth is looked for too: without it the lookups of the large network would not be lookups in all of it.
  auto holds = true;
  for (std::size_t i = 1; i < reports.size(); ++i)
    holds = holds && reports[i].queries < reports[i - 1].queries + 5
            && reports[i].hops < reports[i - 1].hops + 1.5 && reports[i].hops > reports[i - 1].hops;
  kept = kept && holds;
  std::printf(
      "%s - a tenfold network costs a lookup a few queries and about one hop more\n",
      holds ? "ok" : "not ok");
}

void run(const arguments& given) {
  auto began = std::chrono::steady_clock::now();
  sim::dht_swarm swarm{given.seed, internet()};
  swarm.populate(given.nodes);
  print("built", swarm);
  sim::lookup_trial trial{swarm};
  trial.announce(given.lookups / 5);
  auto report = trial.look_up(given.lookups);
  print("all alive", report);
  promise(given, "all alive", report, 0.995);
  if (given.check)
    compare(given, report);
  for (const auto& kind : sim::all_lies)
    lie(swarm, given, std::string{to_string(kind)}, std::span{&kind, 1});
  lie(swarm, given, "all but eclipse", std::span{sim::all_lies}.first(3));
  sim::lookup_trial fresh{swarm};
  fresh.announce(given.lookups / 5);
  auto dying = swarm.members.size() / 5;
  for (std::size_t i = 0; i < dying; ++i)
    swarm.kill(swarm.any());
  report = fresh.look_up(given.lookups);
  print("a fifth dead at once", report);
  promise(given, "a fifth dead at once", report, 0.99);
  print("end", swarm);
  promise_cost(given, began);
}

} // namespace

int main(int argc, char** argv) {
  // Nodes by the thousand are spread over gigabytes: with huge pages the run takes a fifth less time. The allocator looks at
  // this only when a program starts.
  if (!std::getenv("GLIBC_TUNABLES")) {
    setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
    execv("/proc/self/exe", argv);
  }
  arguments given;
  if (argc > 1)
    given.nodes = std::strtoull(argv[1], nullptr, 10);
  if (argc > 2)
    given.lookups = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3)
    given.seed = std::strtoull(argv[3], nullptr, 10);
  given.check = argc > 4 && std::string{argv[4]} == "--check";
  run(given);
  return kept ? 0 : 1;
}
