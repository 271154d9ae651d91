#pragma once

#include "actors/config.hpp"
#include "actors/routing_table.hpp"
#include "tools/warren/dht_flags.hpp"
#include "transports/net/udp_socket.hpp"

namespace warren::program {

/// One DHT node on a UDP socket of its own. Ends its actors when destroyed.
class dht_host {
public:
  /// With `identity`, announcements say who we are. Throws failure when the address cannot be bound.
  dht_host(
      caf::actor_system& system, const endpoint& bind, dht::config settings,
      std::shared_ptr<const crypto::identity> identity = {});
  ~dht_host();

  dht_host(dht_host&&) noexcept;
  dht_host& operator=(dht_host&&) = delete;

  const dht_actor& table() const noexcept { return table_; }

  endpoint local() const { return port_->local(); }

private:
  std::shared_ptr<udp_port> port_;
  caf::actor driver_;
  dht_actor table_;
};

} // namespace warren::program
