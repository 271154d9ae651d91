#include "actors/dht_settings.hpp"
#include "tools/dht/node_farm.hpp"
#include "tools/warren/dht_flags.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/stop_signal.hpp"
#include "transports/dht/save_schedule.hpp"

#include <algorithm>
#include <chrono>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_nodes = 1'000;

/// So many nodes are little work for one thread.
constexpr std::size_t nodes_per_thread = 100;

/// Nodes that bootstrap at a time: all at once they would ask more than the first ones may answer.
constexpr std::size_t starting_at_once = 16;

/// How long the others may take to find each other before the program says that it is ready all the same.
constexpr auto start_patience = 10s;

/// Nodes of the two families tell each other whom they know this often.
constexpr auto introduce_every = 15s;

/// Writing a table through to a slow disk, at the end of the program.
constexpr auto longest_save = 50ms;

struct dht_flags {
  std::vector<std::string> bind;
  std::string bootstrap;
  std::string blocked;
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

/// Returns where others on this host find a node that is bound there.
endpoint reachable(endpoint bound) {
  if (bound.address.is_unspecified())
    bound.address = *ip_address::parse(bound.address.family() == address_family::ipv4 ? "127.0.0.1" : "::1");
  return bound;
}

/// Keeps the tables of the nodes: that of the first in the file of that name, those of the others in FILE.1, FILE.2, ...
class state_files {
public:
  state_files(const std::string& file, std::size_t nodes) {
    check_state_file("--state", file);
    for (std::size_t i = 0; i < nodes; ++i) {
      // The first one's lock stands for all: a descriptor for each would be as many as their sockets.
      auto opened =
          i == 0 ? table_keeper::open(file)
                 : table_keeper::open(
                     file.empty() ? file : file + "." + std::to_string(i), table_keeper::sharing::trusted);
      if (!opened)
        throw usage_error{"--state is refused: " + describe(opened.error())};
      keepers_.push_back(std::move(*opened));
    }
  }

  /// Gives node `index` what it knew.
  void restore(std::size_t index, dht::config& settings) { restore_table(settings, *keepers_[index]); }

  void save(const std::vector<node_farm::report>& nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      keepers_[i]->store(dht::encode(nodes[i].table));
  }

private:
  std::vector<std::shared_ptr<table_keeper>> keepers_;
};

/// Returns the addresses of --bind: one, or one of each family.
std::vector<endpoint> binds_of(const dht_flags& given) {
  std::vector<endpoint> result;
  for (const auto& text : given.bind)
    result.push_back(parse_bind("--bind", text));
  if (result.size() > 2 || (result.size() == 2 && result[0].address.family() == result[1].address.family()))
    throw usage_error{"--bind is refused: give one address, or one of IPv4 and one of IPv6"};
  return result;
}

/// Starts the nodes of one family: the first from the bootstrap nodes, the others also from some that are there already.
void start_nodes(node_farm& farm, const dht_flags& given, const endpoint& first, state_files& files) {
  auto settings = make_dht_config(first, given.bootstrap, given.blocked);
  settings.bootstrap = of_family(settings.bootstrap, first.address.family());
  std::vector<endpoint> started;
  for (std::size_t i = 0; i < given.nodes; ++i) {
    auto own = settings;
    if (i > 0) // not all from the same one, which could not answer them all
      own.bootstrap.insert(own.bootstrap.end(), {started.front(), started[i / 2]});
    files.restore(farm.size(), own);
    auto bound = farm.add(bind_of(first, i), std::move(own));
    if (!bound)
      throw failure{
          "cannot bind UDP " + to_string(bind_of(first, i)) + ": " + bound.error().message()
          + "; give another --bind"};
    started.push_back(reachable(*bound));
    farm.await_bootstrap(starting_at_once, 100ms);
  }
  // The first of a family may wait for bootstrap nodes that do not answer; it serves all the same.
  if (given.nodes > 1)
    farm.await_bootstrap(farm.size() / given.nodes, start_patience);
}

/// Returns the node itself, where it is known where that is, and those it knows.
std::vector<dht::node_info> node_and_neighbours(const node_farm::report& from) {
  auto where = from.local;
  if (where.address.is_unspecified())
    where = from.table.external.value_or(where);
  std::vector<dht::node_info> result;
  if (!where.address.is_unspecified())
    result.push_back({from.table.id, where});
  result.insert(result.end(), from.table.nodes.begin(), from.table.nodes.end());
  return result;
}

/// Where there are nodes of both families (BEP 32), tells each what its twin of the other one knows.
void introduce_families(node_farm& farm, std::size_t per_family) {
  auto nodes = farm.reports();
  if (nodes.size() == per_family)
    return;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    farm.set_other_family(i, node_and_neighbours(nodes[(i + per_family) % nodes.size()]));
}

void run_dht(const dht_flags& given) {
  auto binds = binds_of(given);
  auto total = binds.size() * given.nodes;
  state_files files{given.state, total};
  stop_signal stop;
  auto cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  node_farm farm{std::min(cores, total / nodes_per_thread + 1)};
  for (const auto& bind : binds)
    start_nodes(farm, given, bind, files);
  introduce_families(farm, given.nodes);
  json ready{{"event", "ready"}, {"udp", json::array()}, {"node_ids", json::array()}};
  for (const auto& node : farm.reports()) {
    ready["udp"].push_back(to_string(node.local));
    ready["node_ids"].push_back(to_hex(node.table.id.octets));
  }
  output{given.json}.event(ready);
  auto now = [] { return std::chrono::steady_clock::now(); };
  dht::save_schedule saving{now()};
  auto introduction = binds.size() > 1 ? now() + introduce_every : time_point::max();
  auto wait = [&] {
    return std::chrono::ceil<std::chrono::milliseconds>(std::min(saving.next(), introduction) - now());
  };
  while (!stop.wait_for(std::max(wait(), 0ms))) {
    if (introduction <= now()) {
      introduce_families(farm, given.nodes);
      introduction = now() + introduce_every;
    }
    if (saving.due(now())) {
      files.save(farm.reports());
      saving.saved(now());
    }
  }
  stop.guard_shutdown(10s + total * longest_save);
  files.save(farm.reports());
}

} // namespace

void add_dht(CLI::App& app) {
  auto given = std::make_shared<dht_flags>();
  auto sub = app.add_subcommand("dht", "run plain DHT nodes, such as a private bootstrap");
  sub->add_option(
         "--bind", given->bind,
         "UDP address IP:PORT of the first node, port 0 = any; given for IPv4 and for IPv6, it starts nodes "
         "of both")
      ->required()
      ->allow_extra_args(false);
  sub->add_option("--bootstrap", given->bootstrap, "DHT nodes to start from, IP:PORT[,IP:PORT...]");
  sub->add_option("--block", given->blocked, "networks not to speak to, IP/BITS[,IP/BITS...]");
  sub->add_option("--nodes", given->nodes, "how many nodes of a family, each on the next port")
      ->check(CLI::Range(std::size_t{1}, most_nodes));
  sub->add_option(
      "--state", given->state,
      "file that keeps the routing table from one run to the next; further nodes use FILE.1, FILE.2, ...");
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] { run_dht(*given); });
}

} // namespace warren::program
