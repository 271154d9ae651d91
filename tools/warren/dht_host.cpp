#include "tools/warren/dht_host.hpp"

#include "actors/io_driver.hpp"

namespace warren::program {

dht_host::dht_host(
    caf::actor_system& system, const endpoint& bind, dht::config settings, const std::string& state_file) {
  options rules;
  if (auto refused = set_option(rules, "dht-state", state_file, "--state"))
    throw usage_error{*refused};
  auto socket = net::udp_socket::bind(bind);
  if (!socket)
    throw failure{
        "cannot bind UDP " + to_string(bind) + ": " + socket.error().message() + "; give another --bind"};
  port_ = std::make_shared<udp_port>(make_socket_sender(*socket));
  settings.family = bind.address.family();
  settings.allow_same_ip = (*socket)->local().address.is_loopback();
  for (const auto& each : settings.bootstrap)
    settings.allow_same_ip |= each.address.is_loopback();
  table_ =
      spawn_routing_table(system, port_, std::move(settings), std::make_shared<table_keeper>(state_file));
  driver_ = spawn_io_driver(system, *socket, port_);
}

dht_host::dht_host(dht_host&&) noexcept = default;

dht_host::~dht_host() {
  if (!port_)
    return;
  caf::anon_send_exit(driver_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(table_, caf::exit_reason::user_shutdown);
  port_->clear();
}

std::vector<endpoint> parse_endpoints(const std::string& flag, const std::string& text) {
  options parsed;
  if (auto why = set_option(parsed, "bootstrap", text, flag))
    throw usage_error{*why};
  return parsed.bootstrap;
}

endpoint parse_bind(const std::string& flag, const std::string& text) {
  options parsed;
  if (auto why = set_option(parsed, "bind", text, flag))
    throw usage_error{*why};
  return parsed.bind;
}

} // namespace warren::program
