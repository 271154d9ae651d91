#pragma once

#include "actors/config.hpp"
#include "actors/routing_table.hpp"
#include "tools/warren/command.hpp"
#include "transports/net/udp_socket.hpp"

namespace warren::program {

/// One DHT node on a UDP socket of its own. Ends its actors when destroyed.
class dht_host {
public:
  /// Throws failure when the address cannot be bound.
  dht_host(
      caf::actor_system& system, const endpoint& bind, dht::config settings,
      const std::string& state_file = {});
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

/// Returns the addresses in `text`, "IP:PORT[,IP:PORT...]". Throws usage_error, naming `flag`.
std::vector<endpoint> parse_endpoints(const std::string& flag, const std::string& text);

/// Returns the address in `text`. Throws usage_error, naming `flag`.
endpoint parse_bind(const std::string& flag, const std::string& text);

} // namespace warren::program
