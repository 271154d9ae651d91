#include "tools/warren/dht_host.hpp"

#include "actors/io_driver.hpp"

namespace warren::program {

dht_host::dht_host(
    caf::actor_system& system, const endpoint& bind, dht::config settings,
    std::shared_ptr<const crypto::identity> identity) {
  auto socket = net::udp_socket::bind(bind);
  if (!socket)
    throw failure{
        "cannot bind UDP " + to_string(bind) + ": " + socket.error().message() + "; give another --bind"};
  port_ = std::make_shared<udp_port>(make_socket_sender(*socket));
  table_ = spawn_routing_table(
      system, port_, std::move(settings), std::make_shared<table_keeper>(), std::move(identity));
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

} // namespace warren::program
