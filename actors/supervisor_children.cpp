#include "actors/dht_settings.hpp"
#include "actors/dial_endpoint.hpp"
#include "actors/io_driver.hpp"
#include "actors/routing_table.hpp"
#include "actors/stream_settings.hpp"
#include "actors/supervisor_state.hpp"

#include <algorithm>

namespace warren {

namespace {

constexpr const char* driver_name = "io_driver";
constexpr const char* dht_name = "routing_table";
constexpr const char* dialler_name = "dial_endpoint";
constexpr const char* discovery_name = "local_discovery";

constexpr auto discovery_retry = std::chrono::minutes{1};

/// Bootstrapping longer than this is told.
constexpr auto bootstrap_patience = std::chrono::seconds{10};

dht::config dht_config_of(const options& opts, const endpoint& local) {
  auto result = dht_settings_for(local, opts.bootstrap);
  result.read_only = opts.dht_read_only;
  result.blocked = opts.dht_blocked;
  return result;
}

dial::config dial_config_of(const options& opts) {
  dial::config result;
  result.timeout = std::min<duration>(result.timeout, opts.connect_timeout);
  result.max_attempts = std::max<std::size_t>(opts.max_dials, 1);
  result.largest_packet = udx::largest_packet;
  result.max_proved = dial::proved_streams_for(opts.max_peers);
  return result;
}

} // namespace

bool supervisor_state::has_direct_way() const {
  return setup.port != nullptr;
}

void supervisor_state::start_children() {
  if (has_direct_way()) {
    start_child(driver_name);
    start_child(dht_name);
    start_child(dialler_name);
  }
  if (setup.spawn_discovery)
    start_child(discovery_name);
  for (const auto& url : setup.opts.relay_urls)
    start_child(url);
}

/// Tells watchers when the DHT is reached, and that it is not when that takes long.
void supervisor_state::report_bootstrap() {
  act::mail(self, dht_bootstrap{})
      .request(dht, bootstrap_failure_told ? caf::duration{caf::infinite} : caf::duration{bootstrap_patience})
      .then(
          [this](std::uint64_t nodes) { emit("dht_bootstrapped", {}, std::to_string(nodes) + " nodes"); },
          [this](const caf::error& why) {
            if (why != caf::sec::request_timeout)
              return; // it ended; the next one is asked again
            if (!bootstrap_failure_told)
              emit("dht_bootstrapped", {}, "no DHT node answers yet; check bootstrap and that UDP gets out");
            bootstrap_failure_told = true;
            report_bootstrap();
          });
}

void supervisor_state::start_discovery() {
  auto spawned = setup.spawn_discovery(self_handle());
  if (!spawned) {
    // An extra: the rest goes on without it. Tried again now and then, as another program may hold the port.
    ++counters["supervisor.local_discovery_failed"];
    emit("child_restarted", {}, std::string{discovery_name} + ": " + describe(spawned.error()));
    pending_restarts[discovery_name] = now() + discovery_retry;
    return;
  }
  discovery = *spawned;
  adopt(discovery_name, discovery);
  for (const auto& [on, joined] : topics)
    act::mail(self, discover_locally{on.info_hash(), true}).send(discovery);
}

void supervisor_state::adopt(const std::string& name, const caf::actor& child) {
  child_names[child.address()] = name;
  self->monitor(child);
}

void supervisor_state::start_child(const std::string& name) {
  auto& system = self->home_system();
  if (name == driver_name) {
    if (!setup.socket)
      return;
    driver = spawn_io_driver(system, setup.socket, setup.port);
    adopt(name, driver);
  } else if (name == dht_name) {
    dht = spawn_routing_table(
        system, setup.port, dht_config_of(setup.opts, setup.port->local()), setup.dht_table, setup.identity);
    adopt(name, caf::actor_cast<caf::actor>(dht));
    for (auto& [on, joined] : topics)
      joined.announcing = false;
    report_bootstrap();
  } else if (name == dialler_name) {
    dialler = spawn_dial_endpoint(
        system, setup.port, sessions, stream_settings_of(setup.opts), dial_config_of(setup.opts));
    adopt(name, dialler);
  } else if (name == discovery_name) {
    start_discovery();
  } else if (auto link = setup.spawn_link(name, self_handle())) {
    relays[name].link = *link;
    adopt(name, *link);
    for (const auto& [on, joined] : topics)
      act::mail(self, relay_join{on}).send(*link);
  } else {
    child_died(name, link.error());
  }
}

/// Children are monitored, not linked: CAF lets nobody survive a link to an actor that was killed.
void supervisor_state::handle_down(const caf::down_msg& down) {
  auto child = child_names.find(down.source);
  if (child != child_names.end()) {
    auto name = child->second;
    child_names.erase(child);
    child_died(name, down.reason);
  } else if (streams.contains(down.source)) {
    settle_closed(down.source, errc::path_lost, "the connection actor ended", true);
  } else if (lingering.erase(down.source) == 0) {
    forget_subscriber(down.source);
  }
  pump();
}

void supervisor_state::end_children() {
  auto end = [](const caf::actor_addr& address) {
    if (auto child = caf::actor_cast<caf::actor>(address))
      caf::anon_send_exit(child, caf::exit_reason::user_shutdown);
  };
  for (const auto& [address, name] : child_names)
    end(address);
  for (const auto& [address, stream] : streams)
    end(address);
  for (const auto& address : lingering)
    end(address);
}

void supervisor_state::child_died(const std::string& name, const caf::error& reason) {
  fail_what_depended_on(name);
  auto wait = restarts.on_exit(name, now());
  if (!wait) {
    self->quit(make_error(errc::child_failed, name + " keeps ending: " + describe(reason)));
    return;
  }
  pending_restarts[name] = now() + *wait;
  ++counters["supervisor.child_restarted"];
  emit("child_restarted", {}, name + ": " + describe(reason));
}

/// Requests that the dead child would have answered are settled here, so that nobody waits for it.
void supervisor_state::fail_what_depended_on(const std::string& name) {
  if (name == dialler_name) {
    for (const auto& [dial, target] : dials)
      book.dial_failed(now(), dial, swarm::outcome::lost);
    dials.clear();
  } else if (name == dht_name) {
    for (auto& [on, joined] : topics)
      joined.looking_up = 0;
  } else if (relays.contains(name)) {
    relays[name].link = nullptr;
    relays[name].state = "backoff";
    for (const auto& [address, stream] : streams)
      act::mail(self, relay_lost{name}).send(stream.actor);
  }
}

void supervisor_state::restart_due(time_point at) {
  std::vector<std::string> due;
  for (const auto& [name, when] : pending_restarts)
    if (when <= at)
      due.push_back(name);
  for (const auto& name : due) {
    pending_restarts.erase(name);
    start_child(name);
  }
}

} // namespace warren
