#include "actors/interfaces.hpp"
#include "crdt_bridge/replicator.hpp"
#include "tools/warren/api/api_server.hpp"
#include "tools/warren/event_printer.hpp"
#include "tools/warren/node_flags.hpp"
#include "tools/warren/topic_flags.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

struct run_flags {
  node_flags node;
  std::string database;
  std::string directory;
  std::string secret_file;
  std::string api = "127.0.0.1:0";
  std::string api_token;
  bool json = false;
};

/// Longer than a transport takes to disconnect (messages/transport.hpp).
constexpr auto longest_stop = 130s;

[[noreturn]] void fail(const caf::error& why) {
  if (is(why, errc::bad_config))
    throw usage_error{describe(why)};
  throw failure{describe(why)};
}

endpoint api_address(const run_flags& given) {
  auto where = endpoint::parse(given.api);
  if (!where)
    throw usage_error{
        "--api \"" + given.api + "\" is refused; allowed: IP:PORT or [IPV6]:PORT, port 0 = any free one"};
  if (!where->address.is_loopback() && given.api_token.empty())
    throw usage_error{
        "--api \"" + given.api
        + "\" is refused without --api-token; allowed: a loopback address such as 127.0.0.1:8080, or "
          "any address with a token"};
  return *where;
}

void make_directory(const std::filesystem::path& directory) {
  std::error_code why;
  std::filesystem::create_directories(directory, why);
  if (why)
    throw failure{
        "cannot make the directory " + directory.string() + ": " + why.message() + "; give another --data"};
  if (access(directory.c_str(), R_OK | W_OK | X_OK) != 0)
    throw failure{
        "the directory " + directory.string() + " cannot be written: " + std::strerror(errno)
        + "; let this user write to it, or give another --data"};
}

/// What a node keeps in its directory unless told otherwise.
void add_files(options& opts, const std::filesystem::path& directory) {
  if (opts.identity_file.empty())
    opts.identity_file = directory / "identity.key";
  if (opts.dht_state_file.empty())
    opts.dht_state_file = directory / "dht.state";
}

/// The actors of a node; ends them in order when destroyed.
class node_actors {
public:
  node_actors(caf::actor_system& system, const run_flags& given, const options& opts) : self_{system} {
    replicator_config replica;
    replica.database = given.database;
    replica.directory = given.directory;
    auto opened = spawn_replicator(system, std::move(replica));
    if (!opened)
      fail(opened.error());
    database_ = *opened;
    auto made = make_transport(system, opts);
    if (!made) {
      caf::anon_send_exit(database_, caf::exit_reason::user_shutdown);
      fail(made.error());
    }
    transport_ = *made;
  }

  ~node_actors() {
    act::mail(self_, disconnect{})
        .request(transport_, longest_stop)
        .receive(
            [] {},
            [](const caf::error& why) {
              spdlog::warn("stopping: {}; peers catch up when they next meet", describe(why));
            });
    end(transport_);
    end(database_);
  }

  node_actors(const node_actors&) = delete;
  node_actors& operator=(const node_actors&) = delete;

  void join_topic(const topic& on, const secret_bytes& secret) {
    caf::error problem;
    act::mail(self_, join(database_, on, secret))
        .request(transport_, 30s)
        .receive([] {}, [&](const caf::error& why) { problem = why; });
    if (problem)
      fail(problem);
  }

  transport_status status() {
    transport_status found;
    act::mail(self_, get_status{})
        .request(transport_, 30s)
        .receive(
            [&](transport_status& status) { found = std::move(status); },
            [](const caf::error& why) { fail(why); });
    return found;
  }

  const transport_actor& transport() const { return transport_; }

  const replicator_actor& database() const { return database_; }

private:
  template <class Handle>
  void end(const Handle& actor) {
    self_->monitor(actor);
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    self_->receive([](const caf::down_msg&) {}, caf::after(8s) >> [] {});
  }

  caf::scoped_actor self_;
  replicator_actor database_;
  transport_actor transport_;
};

json ready_event(const transport_status& status, const endpoint& api) {
  auto udp = status.addresses.size() == 1 ? json(status.addresses[0]) : json(status.addresses);
  return {{"event", "ready"}, {"peer_id", status.id}, {"udp", udp}, {"api", "http://" + to_string(api)}};
}

void run_node(const run_flags& given) {
  auto listen = api_address(given);
  auto secret = read_secret(given.secret_file);
  auto settings = read_config(given.node);
  make_directory(given.directory);
  add_files(settings->transport(), given.directory);
  log_warnings(*settings);
  stop_signal stop;
  output out{given.json};
  caf::actor_system system{*settings};
  net::io_threads io;
  std::optional<std::string> problem;
  {
    node_actors actors{system, given, settings->transport()};
    auto database = caf::actor_cast<caf::actor>(actors.database());
    auto printer = spawn_event_printer(system, out, stop, actors.transport(), database);
    if (settings->transport().mode != transport_mode::disabled)
      actors.join_topic(topic::of(given.database, secret.view()), secret);
    {
      api_server api{io, listen, system, actors.transport(), actors.database(), given.api_token};
      out.event(ready_event(actors.status(), api.local()));
      problem = stop.wait();
      stop.guard_shutdown(longest_stop + 10s);
    }
    caf::anon_send_exit(printer, caf::exit_reason::user_shutdown);
  }
  io.stop();
  if (problem && !problem->empty())
    throw failure{*problem};
}

} // namespace

void add_node(CLI::App& app) {
  auto given = std::make_shared<run_flags>();
  auto sub = app.add_subcommand(
      "node", "join a database, keep it in sync, and serve it to programs on this machine");
  sub->add_option("--db", given->database, "name of the database")->required();
  sub->add_option("--data", given->directory, "directory of its data, made if missing")->required();
  sub->add_option("--secret-file", given->secret_file, "file with the database's secret");
  sub->add_option("--api", given->api, "TCP address IP:PORT of the API, port 0 = any");
  sub->add_option(
      "--api-token", given->api_token, "wanted from every client of the API; needed beyond loopback");
  sub->add_flag("--json", given->json, "print JSON");
  add_node_flags(*sub, given->node);
  sub->callback([given] { run_node(*given); });
}

} // namespace warren::program
