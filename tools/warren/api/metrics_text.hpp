#pragma once

#include "messages/types.hpp"
#include "transports/net/websocket_server.hpp"

#include <string>

namespace warren::program {

/// Returns what a node has to tell in Prometheus' text format.
std::string metrics_text(
    const transport_status& transport, const database_status& database, const net::server_counters& api);

} // namespace warren::program
