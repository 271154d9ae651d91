#pragma once

#include "tools/warren/api/context.hpp"
#include "transports/net/websocket_link.hpp"

namespace warren::program {

/// Serves one WebSocket at /v1/watch?prefix=P: a line {"event": "ready"} once watching, then one line per changed field. A
/// client that does not keep up is closed with the reason; it may come again and export what it missed.
net::websocket_handlers serve_watch(
    const api_context& api, const std::string& prefix, const std::shared_ptr<net::websocket_link>& link);

} // namespace warren::program
