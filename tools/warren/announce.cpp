#include "actors/identity_file.hpp"
#include "tools/warren/dht_host.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/stop_signal.hpp"
#include "tools/warren/topic_flags.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

constexpr auto retry_after = 15s;
constexpr auto longest_lookup = 60s;

struct announce_flags {
  topic_flags on;
  std::string bind = "0.0.0.0:0";
  std::string bootstrap;
  std::string identity_file;
  std::uint16_t port = 0;
  bool once = false;
  bool json = false;
};

std::uint64_t announce_once(caf::scoped_actor& self, const dht_host& host, const dht_lookup& request) {
  std::uint64_t nodes = 0;
  act::mail(self, request)
      .request(host.table(), longest_lookup)
      .receive(
          [&](const dht_summary& summary) { nodes = summary.announced; },
          [](const caf::error& why) { spdlog::warn("announcing failed: {}", describe(why)); });
  return nodes;
}

/// Returns the identity that the announcement names; none unless a file is given.
std::shared_ptr<const crypto::identity> identity_of(const announce_flags& given) {
  if (given.identity_file.empty())
    return nullptr;
  auto loaded = load_identity(given.identity_file);
  if (!loaded)
    throw usage_error{describe(loaded.error())};
  return std::make_shared<const crypto::identity>(std::move(*loaded));
}

void run_announce(const announce_flags& given) {
  auto bind = parse_bind("--bind", given.bind);
  auto node = make_dht_config(bind, given.bootstrap);
  node.read_only = given.once;
  dht_lookup request;
  request.info_hash = topic_of(given.on).info_hash();
  request.announce = true;
  request.port = given.port;
  stop_signal stop;
  config settings;
  caf::actor_system system{settings};
  dht_host host{system, bind, std::move(node), identity_of(given)};
  output out{given.json};
  caf::scoped_actor self{system};
  for (;;) {
    auto nodes = announce_once(self, host, request);
    if (nodes > 0)
      out.event({{"event", "announced"}, {"nodes", nodes}, {"udp", to_string(host.local())}});
    else if (given.once)
      throw failure{"no DHT node took the announcement; check that --bootstrap names one that runs"};
    else
      spdlog::warn("no DHT node took the announcement; trying again");
    if (given.once)
      break;
    if (nodes > 0) {
      stop.wait(); // the DHT node repeats the announcement by itself
      break;
    }
    if (stop.wait_for(retry_after))
      break;
  }
  stop.guard_shutdown(10s);
}

} // namespace

void add_announce(CLI::App& app) {
  auto given = std::make_shared<announce_flags>();
  auto sub = app.add_subcommand("announce", "announce on a topic of the DHT until stopped");
  add_topic_flags(*sub, given->on);
  sub->add_option("--bootstrap", given->bootstrap, "DHT nodes to start from, IP:PORT[,IP:PORT...]")
      ->required();
  sub->add_option("--bind", given->bind, "UDP address IP:PORT, port 0 = any");
  sub->add_option("--port", given->port, "port to announce; without it, the one we send from");
  sub->add_option(
      "--identity", given->identity_file,
      "file with an identity (keygen): Warren nodes then tell who looks the topic up that this peer is "
      "there");
  sub->add_flag("--once", given->once, "announce once and exit");
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] { run_announce(*given); });
}

} // namespace warren::program
