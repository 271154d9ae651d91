#pragma once

#include "tools/warren/api/context.hpp"
#include "transports/net/websocket_server.hpp"

#include <functional>

namespace warren::program {

/// Serves GET /v1/status: one JSON object about peers, DHT, relays and database.
void serve_status(const api_context& api, const responder_ptr& responder);

/// Serves GET /metrics in Prometheus' text format. `own` are the counters of the API's own server.
void serve_metrics(const api_context& api, const net::server_counters& own, const responder_ptr& responder);

} // namespace warren::program
