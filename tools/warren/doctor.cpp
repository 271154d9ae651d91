#include "actors/dht_settings.hpp"
#include "actors/identity_file.hpp"
#include "actors/relay_link.hpp"
#include "tools/warren/dht_flags.hpp"
#include "tools/warren/dht_host.hpp"
#include "tools/warren/doctor_findings.hpp"
#include "tools/warren/node_flags.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/net/http_date.hpp"
#include "transports/net/own_addresses.hpp"
#include "transports/net/websocket_client.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <limits>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

constexpr std::array proxy_variables{"https_proxy", "HTTPS_PROXY", "http_proxy",
                                     "HTTP_PROXY",  "all_proxy",   "ALL_PROXY"};

struct doctor_flags {
  node_flags node;
  std::uint64_t timeout_ms = 10'000;
  bool json = false;
};

// -- the DHT ----------------------------------------------------------------------------------------------------------

/// Asks DHT nodes of one family: first the bootstrap nodes, then those near a random place, so that many see us.
dht_facts ask_dht(
    caf::actor_system& system, const options& opts, address_family family,
    std::chrono::milliseconds patience) {
  dht_facts result;
  result.bootstrap = of_family(opts.bootstrap, family);
  result.tried = !result.bootstrap.empty();
  if (!result.tried)
    return result;
  auto bind = opts.bind.address.family() == family ? opts.bind : any_address(family);
  auto settings = dht_settings_for(bind, result.bootstrap);
  settings.blocked = opts.dht_blocked;
  settings.read_only = true; // gone in a moment (BEP 43)
  try {
    dht_host host{system, bind, std::move(settings)};
    caf::scoped_actor self{system};
    std::uint64_t nodes = 0;
    auto ignore = [](const caf::error&) {};
    act::mail(self, dht_bootstrap{})
        .request(host.table(), patience)
        .receive([&](std::uint64_t n) { nodes = n; }, ignore);
    if (nodes > 0) {
      dht_lookup request;
      crypto::system_random{}.fill(request.info_hash);
      act::mail(self, request).request(host.table(), patience).receive([](const dht_summary&) {}, ignore);
    }
    act::mail(self, get_status{})
        .request(host.table(), patience)
        .receive([&](dht_status& status) { result.status = std::move(status); }, ignore);
  } catch (const failure& why) {
    result.problem = why.what();
  }
  return result;
}

// -- relays -----------------------------------------------------------------------------------------------------------

/// What the io thread of a relay's WebSocket learnt about its clock.
using told_skew = std::shared_ptr<std::atomic<std::int64_t>>;

constexpr auto not_told = std::numeric_limits<std::int64_t>::min();

void note_date(const told_skew& into, const net::http_fields& fields) {
  for (const auto& [name, value] : fields)
    if (name == "Date")
      if (auto there = net::parse_http_date(value)) {
        auto here = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        into->store(std::chrono::duration_cast<std::chrono::seconds>(*there - here).count());
      }
}

link_dialler dialler_for(
    const options& opts, const std::string& url, std::shared_ptr<net::io_threads> io, told_skew skew) {
  net::connect_options how;
  how.tls.ca_file = opts.relay_ca_file;
  how.on_answer = [skew](const net::http_fields& fields) { note_date(skew, fields); };
  return [io = std::move(io), where = *net::url::parse(url), how](net::websocket_handlers handlers) {
    return net::websocket_connect(*io, where, how, std::move(handlers));
  };
}

/// The identity that relays are shown: the node's own if it has one, which some relays may insist on.
std::shared_ptr<const crypto::identity> identity_of(const options& opts) {
  crypto::system_random random;
  std::error_code ignored;
  if (opts.identity_file.empty() || !std::filesystem::exists(opts.identity_file, ignored))
    return std::make_shared<const crypto::identity>(crypto::identity::generate(random));
  auto loaded = load_identity(opts.identity_file);
  if (!loaded)
    throw usage_error{describe(loaded.error())};
  return std::make_shared<const crypto::identity>(std::move(*loaded));
}

/// Takes what the links report until each has joined or failed once, or `patience` is over.
void await_links(
    caf::scoped_actor& self, std::vector<relay_facts>& relays, std::chrono::milliseconds patience) {
  auto late = std::chrono::steady_clock::now() + patience;
  auto settled = [](const relay_facts& each) { return each.joined || !each.reason.empty(); };
  while (!std::all_of(relays.begin(), relays.end(), settled)) {
    auto left = late - std::chrono::steady_clock::now();
    if (left <= 0s)
      break;
    self->receive(
        [&](const relay_state_changed& change) {
          for (auto& each : relays)
            if (each.url == change.url && !settled(each)) {
              each.joined = change.state == "connected";
              if (change.state == "backoff")
                each.reason = change.reason;
            }
        },
        caf::after(left) >> [] {});
  }
  for (auto& each : relays)
    if (!settled(each))
      each.reason = "no answer in time";
}

std::vector<relay_facts> try_relays(
    caf::actor_system& system, const options& opts, std::chrono::milliseconds patience) {
  std::vector<relay_facts> result;
  if (opts.relay_urls.empty())
    return result;
  caf::scoped_actor self{system};
  auto io = std::make_shared<net::io_threads>(1);
  auto identity = identity_of(opts);
  std::vector<caf::actor> links;
  std::vector<told_skew> skews;
  for (const auto& url : opts.relay_urls) {
    auto& facts = result.emplace_back();
    facts.url = url;
    auto skew = skews.emplace_back(std::make_shared<std::atomic<std::int64_t>>(not_told));
    relay_link_config config;
    config.url = url;
    config.identity = identity;
    config.token = opts.relay_token;
    config.dial = dialler_for(opts, url, io, skew);
    auto link = spawn_relay_link(system, std::move(config), caf::actor_cast<caf::actor>(self));
    if (link)
      links.push_back(*link);
    else
      facts.reason = describe(link.error());
  }
  await_links(self, result, patience);
  for (const auto& link : links)
    caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
  for (std::size_t i = 0; i < result.size(); ++i)
    if (auto skew = skews[i]->load(); skew != not_told)
      result[i].skew = std::chrono::seconds{skew};
  return result;
}

// -- the rest ---------------------------------------------------------------------------------------------------------

/// Returns a proxy's address without the user and password that may stand before an '@'.
std::string without_user(const std::string& proxy) {
  auto at = proxy.rfind('@');
  if (at == std::string::npos)
    return proxy;
  auto scheme = proxy.find("://");
  return (scheme < at ? proxy.substr(0, scheme + 3) : std::string{}) + proxy.substr(at + 1);
}

void print_for_people(const finding& what) {
  std::printf("%-9s %-8s %s\n", what.check.c_str(), what.state.c_str(), what.result.c_str());
  std::printf("          %s\n", what.meaning.c_str());
  if (!what.advice.empty())
    std::printf("          -> %s\n", what.advice.c_str());
}

json to_json(const finding& what) {
  json line{
      {"check", what.check},
      {"state", what.state},
      {"result", what.result},
      {"meaning", what.meaning},
      {"advice", what.advice}};
  line.update(what.detail);
  return line;
}

void run_doctor(const doctor_flags& given) {
  auto settings = read_config(given.node);
  const auto& opts = settings->transport();
  auto patience = std::chrono::milliseconds{given.timeout_ms};
  caf::actor_system system{*settings};
  doctor_facts facts;
  facts.relays = try_relays(system, opts, patience);
  facts.ipv4 = ask_dht(system, opts, address_family::ipv4, patience);
  facts.ipv6 = ask_dht(system, opts, address_family::ipv6, patience);
  facts.own_addresses = net::own_addresses();
  for (auto variable : proxy_variables)
    if (auto value = std::getenv(variable); value != nullptr && *value != '\0')
      facts.proxies.emplace_back(variable, without_user(value));
  for (const auto& each : judge(facts)) {
    if (given.json)
      output{true}.event(to_json(each));
    else
      print_for_people(each);
  }
  if (auto why = no_way_out(facts); !why.empty())
    throw failure{why};
}

} // namespace

void add_doctor(CLI::App& app) {
  auto given = std::make_shared<doctor_flags>();
  auto sub = app.add_subcommand("doctor", "tell what works from here, what that means, and what to do");
  sub->add_option(
         "--timeout", given->timeout_ms,
         "milliseconds that the relays, reaching the DHT, and looking around in it may take each")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{600'000}))
      ->capture_default_str();
  sub->add_flag("--json", given->json, "print one JSON object per line");
  add_node_flags(*sub, given->node);
  sub->callback([given] { run_doctor(*given); });
}

} // namespace warren::program
