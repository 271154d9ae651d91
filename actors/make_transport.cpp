#include "actors/access_list.hpp"
#include "actors/disabled_transport.hpp"
#include "actors/identity_file.hpp"
#include "actors/interfaces.hpp"
#include "actors/io_driver.hpp"
#include "actors/local_discovery.hpp"
#include "actors/option_table.hpp"
#include "actors/relay_link.hpp"
#include "actors/supervisor.hpp"
#include "messages/network.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/net/network_watch.hpp"
#include "transports/net/own_addresses.hpp"

namespace warren {

namespace {

caf::error bad_option(const std::string& option, const std::string& value, const std::string& why) {
  return make_error(errc::bad_config, option + " = \"" + value + "\": " + why);
}

caf::expected<std::shared_ptr<const crypto::identity>> identity_of(
    const options& opts, random_source& random) {
  if (opts.identity_file.empty())
    return std::make_shared<const crypto::identity>(crypto::identity::generate(random));
  auto loaded = load_or_create_identity(opts.identity_file, random);
  if (!loaded)
    return loaded.error();
  return std::make_shared<const crypto::identity>(std::move(*loaded));
}

caf::error bind_port(supervisor_setup& setup) {
  auto socket = net::udp_socket::bind(setup.opts.bind);
  if (!socket)
    return make_error(
        errc::network_failed, "bind = \"" + to_string(setup.opts.bind) + "\": " + socket.error().message());
  setup.socket = *socket;
  setup.port = std::make_shared<udp_port>(make_socket_sender(*socket));
  return caf::none;
}

caf::error load_access_list(supervisor_setup& setup) {
  const auto& file = setup.opts.allow_file;
  if (file.empty())
    return caf::none;
  auto list = access_list::load(file);
  if (auto problem = std::get_if<std::string>(&list))
    return bad_option("allow_file", file, *problem);
  setup.allow = [allowed = std::get<access_list>(std::move(list))](const peer_id& peer) {
    return allowed.allows(peer);
  };
  return caf::none;
}

/// A transport that only this host can reach has nothing to say to the local network.
void add_discovery(caf::actor_system& system, supervisor_setup& setup) {
  if (!setup.opts.local_discovery || !setup.port || setup.port->local().address.is_loopback())
    return;
  setup.spawn_discovery = [&system, where = setup.port->local()](const caf::actor& supervisor) {
    return spawn_local_discovery(system, where, supervisor);
  };
}

/// What goes out of a socket that is bound to one address comes from there, whatever changes.
void add_network_watch(supervisor_setup& setup) {
  if (setup.port && setup.port->local().address.is_loopback())
    return;
  if (setup.port && setup.port->local().address.is_unspecified())
    setup.source_towards = net::source_towards;
  setup.whereabouts = net::whereabouts;
  setup.watch_network = [](const caf::actor& supervisor) -> std::shared_ptr<void> {
    auto tell = [to = supervisor.address()] {
      if (auto alive = caf::actor_cast<caf::actor>(to))
        act::anon_mail(network_changed{}).send(alive);
    };
    auto watch = net::network_watch::start(tell);
    return watch ? std::shared_ptr<net::network_watch>{std::move(*watch)} : nullptr;
  };
}

/// Relay links share one set of I/O threads, made with the first link.
auto link_spawner(
    caf::actor_system& system, const options& opts, std::shared_ptr<const crypto::identity> identity) {
  return [&system, opts, identity, io = std::shared_ptr<net::io_threads>{}](
             const std::string& url, const caf::actor& supervisor) mutable -> caf::expected<caf::actor> {
    if (!io)
      io = std::make_shared<net::io_threads>(1);
    relay_link_config config;
    config.url = url;
    config.identity = identity;
    config.token = opts.relay_token;
    config.ca_file = opts.relay_ca_file;
    config.io = io;
    // Topics that were left stay joined for a while (supervisor_state::leaving): at most as many again.
    config.machine.topics = 2 * std::size_t{opts.max_topics};
    return spawn_relay_link(system, std::move(config), supervisor);
  };
}

} // namespace

caf::expected<transport_actor> make_transport(caf::actor_system& system, const options& opts) {
  if (auto problem = refusal(opts))
    return make_error(errc::bad_config, *problem);
  crypto::system_random random;
  auto identity = identity_of(opts, random);
  if (!identity)
    return identity.error();
  if (opts.mode == transport_mode::disabled)
    return spawn_disabled_transport(system, to_string((*identity)->id()));
  supervisor_setup setup;
  setup.opts = opts;
  setup.identity = *identity;
  setup.instance = random.draw<std::uint64_t>();
  auto table = table_keeper::open(opts.dht_state_file);
  if (!table)
    return table.error();
  setup.dht_table = std::move(*table);
  setup.timers = std::make_shared<timer_thread>();
  if (opts.mode == transport_mode::hyperswarm)
    setup.opts.relay_urls.clear();
  if (auto error = load_access_list(setup))
    return error;
  if (opts.mode != transport_mode::relay)
    if (auto error = bind_port(setup))
      return error;
  add_discovery(system, setup);
  add_network_watch(setup);
  setup.spawn_link = link_spawner(system, opts, *identity);
  return spawn_supervisor(system, std::move(setup));
}

} // namespace warren
