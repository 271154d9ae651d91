#pragma once

#include "tools/warren/api/access.hpp"
#include "tools/warren/api/context.hpp"
#include "transports/net/websocket_server.hpp"

#include <memory>

namespace warren::program {

/// The local HTTP API of a node: /v1/nodes/{soul}, /v1/export, /v1/import, /v1/watch, /v1/status, /metrics, /healthz and the
/// dashboard at /.
class api_server {
public:
  /// Throws failure when the address cannot be bound. `io` outlives the server.
  api_server(
      net::io_threads& io, const endpoint& listen, caf::actor_system& system, transport_actor transport,
      replicator_actor database, std::string token);

  /// Stops listening and ends the task actor.
  ~api_server();

  api_server(const api_server&) = delete;
  api_server& operator=(const api_server&) = delete;

  endpoint local() const { return server_->local(); }

private:
  struct routes;

  std::shared_ptr<routes> routes_;
  std::shared_ptr<net::websocket_server> server_;
};

} // namespace warren::program
