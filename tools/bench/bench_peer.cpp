#include "tools/bench/bench_peer.hpp"

#include "tools/dht/node_group.hpp"
#include "transports/crypto/system_random.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace warren::bench {

namespace {

using namespace std::chrono_literals;

endpoint any_loopback_port() {
  return {*ip_address::parse("127.0.0.1"), 0};
}

/// Starts a process for `body`; its own code begins once the node's address is written to `gate`.
pid_t start(const role& body, int gate, unsigned most_seconds) {
  auto child = fork();
  if (child != 0)
    return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(most_seconds);
  std::uint16_t port = 0;
  if (read(gate, &port, sizeof(port)) != sizeof(port))
    _exit(1);
  auto status = body({*ip_address::parse("127.0.0.1"), port});
  std::fflush(stdout);
  _exit(status); // actors still run; nothing of them is to be kept
}

} // namespace

shared_machine_config::shared_machine_config() {
  set("scheduler.max-threads", workers());
}

std::size_t shared_machine_config::workers() {
  return std::max<std::size_t>(std::thread::hardware_concurrency() / 2, 1);
}

peer::peer(options opts) : system{settings} {
  auto made = make_transport(system, opts);
  if (!made) {
    std::fprintf(stderr, "no transport: %s\n", describe(made.error()).c_str());
    std::_Exit(1);
  }
  transport = *made;
}

peer& start_peer(options opts) {
  return *new peer{std::move(opts)}; // an actor system's destructor would wait for all its actors
}

options options_at(const endpoint& bootstrap) {
  options result;
  result.mode = transport_mode::hyperswarm;
  result.bind = any_loopback_port();
  result.bootstrap = {bootstrap};
  result.announce_interval = 200ms;
  return result;
}

int run_roles(const std::vector<role>& roles, unsigned most_seconds) {
  int gate[2];
  if (pipe(gate) != 0)
    return 1;
  std::vector<pid_t> children;
  for (const auto& body : roles)
    children.push_back(start(body, gate[0], most_seconds));
  alarm(most_seconds);
  crypto::system_random random;
  program::node_group group{random};
  dht::config settings;
  settings.allow_same_ip = true;
  // No peer asks a hundred times a second; what is measured is not how long a node takes that refuses to answer.
  settings.rates.queries_per_second = settings.rates.query_burst = 10'000;
  settings.rates.reply_bytes_per_second = settings.rates.reply_burst_bytes = 16 * 1024 * 1024;
  auto node = group.add(any_loopback_port(), settings);
  if (!node)
    return 1;
  auto port = group.local(*node).port;
  std::thread network{[&] { group.loop().run(); }};
  for (std::size_t i = 0; i < roles.size(); ++i)
    if (write(gate[1], &port, sizeof(port)) != sizeof(port))
      return 1;
  int status = 1;
  waitpid(children.front(), &status, 0);
  for (std::size_t i = 1; i < children.size(); ++i) {
    kill(children[i], SIGKILL);
    waitpid(children[i], nullptr, 0);
  }
  group.loop().stop();
  network.join();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

} // namespace warren::bench
