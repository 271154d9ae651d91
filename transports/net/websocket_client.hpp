#pragma once

#include "transports/net/io_threads.hpp"
#include "transports/net/tls.hpp"
#include "transports/net/url.hpp"
#include "transports/net/websocket_link.hpp"

#include <utility>
#include <vector>

namespace warren::net {

struct connect_options {
  tls_client tls;
  websocket_limits limits;
  /// Added to the upgrade request.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Dials `where` (ws or wss). Never fails at once: on_closed tells what went wrong, from an io thread.
std::shared_ptr<websocket_link> websocket_connect(
    io_threads& io, const url& where, connect_options options, websocket_handlers handlers);

} // namespace warren::net
