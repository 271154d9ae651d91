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
  std::string bind;
  std::string bootstrap;
  std::string identity_file;
  std::uint16_t port = 0;
  bool once = false;
  bool json = false;
};

/// Announces until a node has taken it, prints that, and with --once ends the program.
struct announce_state {
  announce_state(
      caf::event_based_actor* selfptr, const dht_host& host, dht_lookup what, bool only_once, output& printer,
      stop_signal& stopper)
      : self{selfptr},
        table{host.table()},
        udp{to_string(host.local())},
        request{std::move(what)},
        once{only_once},
        out{printer},
        stop{stopper} {}

  caf::behavior make_behavior() {
    announce();
    return {[this](deadline_reached) { announce(); }};
  }

  void announce() {
    act::mail(self, request)
        .request(table, longest_lookup)
        .then(
            [this](const dht_summary& summary) { done(summary.announced); },
            [this](const caf::error& why) {
              spdlog::warn("announcing failed: {}", describe(why));
              done(0);
            });
  }

  void done(std::uint64_t nodes) {
    if (nodes > 0) {
      out.event({{"event", "announced"}, {"nodes", nodes}, {"udp", udp}});
      if (once)
        stop.request({}); // otherwise the DHT node repeats the announcement by itself
    } else if (once) {
      stop.request("no DHT node took the announcement; check that --bootstrap names one that runs");
    } else {
      spdlog::warn("no DHT node took the announcement; trying again");
      act::mail(self, deadline_reached{}).delay(retry_after).send(caf::actor_cast<caf::actor>(self));
    }
  }

  caf::event_based_actor* self;
  dht_actor table;
  std::string udp;
  dht_lookup request;
  bool once;
  output& out;
  stop_signal& stop;
};

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
  auto bind = parse_bind_towards(given.bind, given.bootstrap);
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
  auto announcer =
      act::spawn<announce_state>(system, std::cref(host), request, given.once, std::ref(out), std::ref(stop));
  auto problem = stop.wait();
  caf::anon_send_exit(announcer, caf::exit_reason::user_shutdown);
  stop.guard_shutdown(10s);
  if (problem && !problem->empty())
    throw failure{*problem};
}

} // namespace

void add_announce(CLI::App& app) {
  auto given = std::make_shared<announce_flags>();
  auto sub = app.add_subcommand("announce", "announce on a topic of the DHT until stopped");
  add_topic_flags(*sub, given->on);
  sub->add_option("--bootstrap", given->bootstrap, "DHT nodes to start from, IP:PORT[,IP:PORT...]")
      ->required();
  sub->add_option(
      "--bind", given->bind, "UDP address IP:PORT, port 0 = any; default: any of the family of --bootstrap");
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
