// A whole DHT in one thread and virtual time: how lookups fare as it grows, loses nodes and meets liars, and what it costs
// to simulate. Each step prints a JSON object.
//   dht_sim [NODES [LOOKUPS [SEED]]]
#include "tests/sim/dht/liar.hpp"
#include "tests/sim/dht/lookup_trial.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace warren;

double milliseconds(duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_octets() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

struct arguments {
  std::size_t nodes = 10'000;
  std::size_t lookups = 1'000;
  std::uint64_t seed = 1;
};

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
  print("a fifth lies: " + name, trial.look_up(given.lookups));
}

void run(const arguments& given) {
  sim::dht_swarm swarm{given.seed, {.latency = 50ms, .spread = 0.5, .jitter = 10ms, .loss = 0.01}};
  swarm.populate(given.nodes);
  print("built", swarm);
  sim::lookup_trial trial{swarm};
  trial.announce(given.lookups / 5);
  print("all alive", trial.look_up(given.lookups));
  for (const auto& kind : sim::all_lies)
    lie(swarm, given, std::string{to_string(kind)}, std::span{&kind, 1});
  lie(swarm, given, "all but eclipse", std::span{sim::all_lies}.first(3));
  sim::lookup_trial fresh{swarm};
  fresh.announce(given.lookups / 5);
  auto dying = swarm.members.size() / 5;
  for (std::size_t i = 0; i < dying; ++i)
    swarm.kill(swarm.any());
  print("a fifth dead at once", fresh.look_up(given.lookups));
  print("end", swarm);
}

} // namespace

int main(int argc, char** argv) {
  arguments given;
  if (argc > 1)
    given.nodes = std::strtoull(argv[1], nullptr, 10);
  if (argc > 2)
    given.lookups = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3)
    given.seed = std::strtoull(argv[3], nullptr, 10);
  run(given);
}
