#include "tools/warren/dht_host.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/stop_signal.hpp"

#include <chrono>
#include <deque>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_nodes = 1'000;

struct dht_flags {
  std::string bind;
  std::string bootstrap;
  std::string state;
  std::size_t nodes = 1;
  bool json = false;
};

/// Node `index` listens `index` ports above the first, unless any port will do.
endpoint bind_of(endpoint first, std::size_t index) {
  if (first.port == 0)
    return first;
  if (first.port + index > 65'535)
    throw usage_error{"--nodes is refused: there are not so many ports above that of --bind"};
  first.port = static_cast<std::uint16_t>(first.port + index);
  return first;
}

std::string node_id_of(caf::scoped_actor& self, const dht_host& host) {
  std::string hex;
  act::mail(self, get_status{})
      .request(host.table(), 10s)
      .receive(
          [&](const dht_status& status) { hex = to_hex(status.node_id); },
          [](const caf::error& why) { throw failure{"the DHT node does not answer: " + describe(why)}; });
  return hex;
}

void run_dht(const dht_flags& given) {
  auto first = parse_bind("--bind", given.bind);
  auto bootstrap = parse_endpoints("--bootstrap", given.bootstrap);
  stop_signal stop;
  config settings;
  caf::actor_system system{settings};
  std::deque<dht_host> hosts;
  for (std::size_t i = 0; i < given.nodes; ++i) {
    dht::config node;
    node.bootstrap = bootstrap;
    if (i > 0)
      node.bootstrap.push_back(hosts.front().local());
    auto state = given.state.empty() || i == 0 ? given.state : given.state + "." + std::to_string(i);
    hosts.emplace_back(system, bind_of(first, i), std::move(node), state);
  }
  json ready{{"event", "ready"}, {"udp", json::array()}, {"node_ids", json::array()}};
  {
    caf::scoped_actor self{system};
    for (const auto& host : hosts) {
      ready["udp"].push_back(to_string(host.local()));
      ready["node_ids"].push_back(node_id_of(self, host));
    }
  }
  output{given.json}.event(ready);
  stop.wait();
  stop.guard_shutdown(10s);
}

} // namespace

void add_dht(CLI::App& app) {
  auto given = std::make_shared<dht_flags>();
  auto sub = app.add_subcommand("dht", "run plain DHT nodes, such as a private bootstrap");
  sub->add_option("--bind", given->bind, "UDP address IP:PORT of the first node, port 0 = any")->required();
  sub->add_option("--bootstrap", given->bootstrap, "DHT nodes to start from, IP:PORT[,IP:PORT...]");
  sub->add_option("--nodes", given->nodes, "how many nodes, each on the next port")
      ->check(CLI::Range(std::size_t{1}, most_nodes));
  sub->add_option("--state", given->state, "file that keeps the routing table from one run to the next");
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] { run_dht(*given); });
}

} // namespace warren::program
