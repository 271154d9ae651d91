#include "actors/relay_guest.hpp"
#include "actors/relay_names.hpp"
#include "actors/relay_server.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/net/errc.hpp"

#include <atomic>

namespace warren {

namespace {

caf::error bad_config(std::string what) {
  return make_error(errc::bad_config, std::move(what));
}

/// Returns what is wrong with `config`, if anything is.
caf::error check(const relay_server_config& config) {
  if (config.tls_certificate_file.empty() != config.tls_key_file.empty())
    return bad_config("a TLS certificate needs a TLS key, and a key a certificate: give both or neither");
  if (config.tls_certificate_file.empty() && !config.insecure && !config.bind.address.is_loopback())
    return bad_config(
        "plain ws:// is served on loopback addresses only, not on " + to_string(config.bind)
        + ": give a TLS certificate and key, or allow it explicitly");
  if (config.token.size() > relay::largest_token)
    return bad_config("the relay token is longer than " + std::to_string(relay::largest_token) + " octets");
  return caf::none;
}

/// Listens on io threads on behalf of the actor.
net::server_handlers handlers_for(
    caf::actor_system& system, const caf::actor& server, const relay_server_config& config) {
  auto handlers = net::server_handlers{};
  auto last_guest = std::make_shared<std::atomic<std::uint64_t>>(0);
  auto others = config.other_upgrades;
  handlers.on_upgrade =
      [&system, server, last_guest,
       others](const net::http_request& request, const auto& link) -> std::optional<net::websocket_handlers> {
    if (others)
      if (auto taken = others(request, link))
        return taken;
    if (request.path != "/" && request.path != "/relay")
      return std::nullopt;
    return spawn_relay_guest(system, server, ++*last_guest, net::network_site(request.remote.address), link);
  };
  handlers.on_request =
      [server, other = config.other_requests](const net::http_request& request, const auto& responder) {
        if (other && other(request, responder))
          return;
        if (request.path == "/healthz" || request.path == "/metrics")
          act::anon_mail(page_asked{request.path, responder}).send(server);
        else
          responder->respond({404, "text/plain", "not here\n", {}});
      };
  return handlers;
}

} // namespace

caf::expected<running_relay> spawn_relay_server(caf::actor_system& system, relay_server_config config) {
  if (auto wrong = check(config))
    return wrong;
  auto names = relay_names(config);
  if (!names)
    return names.error();
  if (config.bind.port != 0)
    config.machine.hosts = with_port(*names, config.bind.port);
  if (!config.io)
    config.io = std::make_shared<net::io_threads>();
  if (!config.random)
    config.random = std::make_shared<crypto::system_random>();
  config.machine.token = config.token;
  config.machine.verify = [](const peer_id& key, byte_view message, const relay::signature& proof) {
    return crypto::verify(key, message, crypto::signature{proof});
  };
  auto actor = spawn_relay_server_actor(system, config.machine, config.random);
  auto listening = net::server_config{};
  listening.listen = config.bind;
  if (!config.tls_certificate_file.empty())
    listening.tls = net::tls_server{config.tls_certificate_file, config.tls_key_file};
  listening.websocket = config.websocket;
  listening.connections = config.connections;
  // As many again for whoever asks for a page, or has not shown yet that it is a guest.
  listening.connections_per_address = 2 * config.machine.guests_per_address;
  auto listener = net::websocket_server::listen(*config.io, listening, handlers_for(system, actor, config));
  if (!listener) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    auto why = listener.error();
    auto code = why == net::net_errc::tls_configuration ? errc::bad_config : errc::network_failed;
    return make_error(code, "relay at " + to_string(config.bind) + ": " + why.message());
  }
  auto hosts = with_port(*names, (*listener)->local().port);
  act::anon_mail(relay_listening{*listener, config.io, hosts}).send(actor);
  auto handle = caf::actor_cast<relay_server_actor>(caf::actor_cast<caf::strong_actor_ptr>(actor));
  return running_relay{handle, (*listener)->local(), listening.tls.has_value(), std::move(hosts)};
}

} // namespace warren
