#include "actors/relay_server.hpp"
#include "tools/warren/dht_host.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/stop_signal.hpp"

#include <charconv>
#include <chrono>
#include <limits>
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
  std::string rate;
  std::vector<std::string> hosts;
  bool insecure = false;
  bool json = false;
};

/// Returns the octets per second in `text`: a size such as 16MiB, or the word unlimited.
std::uint32_t parse_rate(const std::string& text) {
  constexpr std::uint64_t least = 1024;
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  if (text == "unlimited")
    return relay::unlimited_rate;
  auto number = text;
  if (auto problem = CLI::AsSizeValue{false}(number); problem.empty()) {
    std::uint64_t rate = 0;
    auto [end, wrong] = std::from_chars(number.data(), number.data() + number.size(), rate);
    if (wrong == std::errc{} && end == number.data() + number.size() && rate >= least && rate <= most)
      return static_cast<std::uint32_t>(rate);
  }
  throw usage_error{
      "--rate \"" + text + "\" is refused; allowed: 1KiB to 4GiB less one octet a second, or unlimited"};
}

relay_server_config config_of(const relay_flags& given) {
  relay_server_config relay;
  relay.bind = parse_bind("--bind", given.bind);
  relay.tls_certificate_file = given.certificate;
  relay.tls_key_file = given.key;
  relay.token = secret_bytes{given.token};
  relay.insecure = given.insecure;
  relay.machine.hosts = given.hosts;
  if (!given.rate.empty())
    relay.machine.rate = parse_rate(given.rate);
  return relay;
}

std::optional<dht_host> start_dht(caf::actor_system& system, const relay_flags& given) {
  if (given.dht.empty())
    return std::nullopt;
  auto bind = parse_bind("--dht", given.dht);
  return std::optional<dht_host>{std::in_place, system, bind, make_dht_config(bind, given.bootstrap)};
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
  output{given.json}.event(
      {{"event", "ready"},
       {"url", (relay->secure ? "wss://" : "ws://") + relay->hosts.front() + "/"},
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
         "HOST:PORT under which guests reach this relay; may be repeated. Guests that were led here under "
         "another "
         "name are refused. Default: the names of the certificate, and localhost on a loopback address, with "
         "the "
         "bound port; needed when there is none, or when guests dial another port")
      ->allow_extra_args(false);
  sub->add_option(
      "--rate", given->rate,
      "octets a second read from one guest in the long run, such as 16MiB (the default), or unlimited");
  sub->add_option("--dht", given->dht, "UDP address IP:PORT of a DHT node to run as well");
  sub->add_option(
      "--bootstrap", given->bootstrap, "DHT nodes that this node starts from, IP:PORT[,IP:PORT...]");
  sub->add_flag("--insecure", given->insecure, "allow plain ws:// on an address that is not loopback");
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] { run_relay(*given); });
}

} // namespace warren::program
