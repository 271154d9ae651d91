#pragma once

#include "messages/types.hpp"
#include "tools/warren/api/task_actor.hpp"
#include "transports/net/http.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace warren::program {

/// What every route of the API works with.
struct api_context {
  caf::actor_system& system;
  transport_actor transport;
  replicator_actor database;
  caf::actor tasks;
};

using responder_ptr = std::shared_ptr<net::http_responder>;

/// How long an actor may take to answer before the client is told 504.
constexpr auto actor_timeout = std::chrono::seconds{30};

/// Answers a request that an actor refused: the status follows from the error.
void respond_error(const responder_ptr& responder, const caf::error& why);

} // namespace warren::program
