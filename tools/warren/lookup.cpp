#include "tools/warren/dht_host.hpp"
#include "tools/warren/output.hpp"
#include "tools/warren/stop_signal.hpp"
#include "tools/warren/topic_flags.hpp"

#include <chrono>
#include <set>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

struct lookup_flags {
  topic_flags on;
  std::string bind;
  std::string bootstrap;
  std::uint64_t timeout_ms = 30'000;
  bool json = false;
};

/// Runs one lookup, prints the peers as they are found, and ends the program.
struct lookup_state {
  lookup_state(
      caf::event_based_actor* selfptr, dht_actor dht, std::array<std::byte, 20> hash,
      const lookup_flags& flags, output& printer, stop_signal& stopper)
      : self{selfptr},
        table{std::move(dht)},
        info_hash{hash},
        timeout{flags.timeout_ms},
        out{printer},
        stop{stopper},
        began{self->clock().now()} {}

  caf::behavior make_behavior() {
    act::mail(self, dht_bootstrap{})
        .request(table, timeout)
        .then(
            [this](std::uint64_t nodes) {
              if (nodes == 0)
                nobody_answered();
              else
                look_up();
            },
            [this](const caf::error&) { nobody_answered(); });
    return {[this](const dht_peers& found) {
      for (const auto& [where, id] : found.peers) {
        seen.insert(where);
        auto name = id ? json(to_string(*id)) : json(nullptr);
        out.event({{"event", "peer"}, {"address", to_string(where)}, {"peer_id", name}});
      }
    }};
  }

  void nobody_answered() { stop.request("no DHT node answered; check that --bootstrap names one that runs"); }

  void look_up() {
    act::mail(self, dht_lookup{info_hash, caf::actor_cast<caf::actor>(self), false, 0})
        .request(table, timeout)
        .then(
            [this](const dht_summary& summary) { finish({}, summary); },
            [this](const caf::error& why) { finish(why, {}); });
  }

  void finish(const caf::error& why, const dht_summary& summary) {
    auto late = why == caf::sec::request_timeout;
    if (why && !late) {
      stop.request("the lookup failed: " + describe(why));
      return;
    }
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(self->clock().now() - began).count();
    out.event(
        {{"event", "done"},
         {"peers", seen.size()},
         {"queries", late ? json(nullptr) : json(summary.queries)}, // told at the end only
         {"hops", late ? json(nullptr) : json(summary.hops)},
         {"ms", ms},
         {"complete", !late}});
    stop.request(
        late ? "the lookup was not over after " + std::to_string(timeout.count())
                   + " ms, there may be more peers; give a longer --timeout"
             : std::string{});
  }

  caf::event_based_actor* self;
  dht_actor table;
  std::array<std::byte, 20> info_hash;
  std::chrono::milliseconds timeout;
  output& out;
  stop_signal& stop;
  time_point began;
  std::set<endpoint> seen;
};

void run_lookup(const lookup_flags& given) {
  auto bind = parse_bind_towards(given.bind, given.bootstrap);
  auto node = make_dht_config(bind, given.bootstrap);
  // BEP 43: a node that is gone in a moment belongs in nobody's table.
  node.read_only = true;
  auto hash = topic_of(given.on).info_hash();
  stop_signal stop;
  output out{given.json};
  config settings;
  caf::actor_system system{settings};
  dht_host host{system, bind, std::move(node)};
  auto looker = act::spawn<lookup_state>(system, host.table(), hash, given, std::ref(out), std::ref(stop));
  auto problem = stop.wait();
  caf::anon_send_exit(looker, caf::exit_reason::user_shutdown);
  stop.guard_shutdown(10s);
  if (problem && !problem->empty())
    throw failure{*problem};
}

} // namespace

void add_lookup(CLI::App& app) {
  auto given = std::make_shared<lookup_flags>();
  auto sub = app.add_subcommand("lookup", "find who is on a topic of the DHT");
  add_topic_flags(*sub, given->on);
  sub->add_option("--bootstrap", given->bootstrap, "DHT nodes to start from, IP:PORT[,IP:PORT...]")
      ->required();
  sub->add_option(
      "--bind", given->bind, "UDP address IP:PORT, port 0 = any; default: any of the family of --bootstrap");
  sub->add_option(
         "--timeout", given->timeout_ms,
         "milliseconds that reaching the DHT, and then the lookup, may take each")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3'600'000}))
      ->capture_default_str();
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] { run_lookup(*given); });
}

} // namespace warren::program
