#include "actors/relay_server.hpp"
#include "tools/warren/dht_host.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/stop_signal.hpp"

#include <chrono>
#include <optional>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

struct relay_flags {
  std::string bind;
  std::string certificate;
  std::string key;
  std::string token;
  std::string dht;
  std::string bootstrap;
  std::vector<std::string> hosts;
  bool insecure = false;
  bool json = false;
};

relay_server_config config_of(const relay_flags& given) {
  relay_server_config relay;
  relay.bind = parse_bind("--bind", given.bind);
  relay.tls_certificate_file = given.certificate;
  relay.tls_key_file = given.key;
  relay.token = given.token;
  relay.insecure = given.insecure;
  relay.machine.hosts = given.hosts;
  return relay;
}

std::optional<dht_host> start_dht(caf::actor_system& system, const relay_flags& given) {
  if (given.dht.empty())
    return std::nullopt;
  dht::config node;
  node.bootstrap = parse_endpoints("--bootstrap", given.bootstrap);
  return std::optional<dht_host>{std::in_place, system, parse_bind("--dht", given.dht), std::move(node)};
}

/// Tells the guests and waits until the relay is gone.
void stop_relay(caf::actor_system& system, const relay_server_actor& relay) {
  caf::scoped_actor self{system};
  self->monitor(relay);
  act::mail(self, shut_down{}).send(relay);
  self->receive([](const caf::down_msg&) {}, caf::after(5s) >> [] {});
  caf::anon_send_exit(relay, caf::exit_reason::user_shutdown);
}

void run_relay(const relay_flags& given) {
  auto wanted = config_of(given);
  stop_signal stop;
  config settings;
  caf::actor_system system{settings};
  auto dht = start_dht(system, given);
  auto relay = spawn_relay_server(system, std::move(wanted));
  if (!relay) {
    if (is(relay.error(), errc::bad_config))
      throw usage_error{describe(relay.error())};
    throw failure{describe(relay.error())};
  }
  auto host = given.hosts.empty() ? to_string(relay->bound) : given.hosts.front();
  output{given.json}.event(
      {{"event", "ready"},
       {"url", (relay->secure ? "wss://" : "ws://") + host + "/"},
       {"dht", dht ? json(to_string(dht->local())) : json(nullptr)}});
  stop.wait();
  stop.guard_shutdown(10s);
  stop_relay(system, relay->actor);
}

} // namespace

void add_relay(CLI::App& app) {
  auto given = std::make_shared<relay_flags>();
  auto sub = app.add_subcommand("relay", "run a relay for peers that cannot reach each other");
  sub->add_option("--bind", given->bind, "TCP address IP:PORT, port 0 = any")->required();
  sub->add_option("--tls-cert", given->certificate, "PEM file with the certificate and its chain");
  sub->add_option("--tls-key", given->key, "PEM file with the certificate's key");
  sub->add_option("--token", given->token, "access token wanted from every guest");
  sub->add_option(
         "--host", given->hosts,
         "HOST:PORT under which guests reach this relay; may be repeated. When given, "
         "guests that were led here under another name are refused")
      ->allow_extra_args(false);
  sub->add_option("--dht", given->dht, "UDP address IP:PORT of a DHT node to run as well");
  sub->add_option(
      "--bootstrap", given->bootstrap, "DHT nodes that this node starts from, IP:PORT[,IP:PORT...]");
  sub->add_flag("--insecure", given->insecure, "allow plain ws:// on an address that is not loopback");
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] { run_relay(*given); });
}

} // namespace warren::program
