#pragma once

#include "transports/net/http.hpp"
#include "transports/net/io_threads.hpp"
#include "transports/net/tls.hpp"
#include "transports/net/url.hpp"
#include "transports/net/websocket_link.hpp"

#include <functional>

namespace warren::net {

struct connect_options {
  tls_client tls;
  websocket_limits limits;
  /// Added to the upgrade request.
  http_fields headers;
  /// Called on an io thread with the fields of the server's answer, also when it refuses the upgrade.
  std::function<void(const http_fields& fields)> on_answer;
};

/// Dials `where` (ws or wss). Never fails at once: on_closed tells what went wrong, from an io thread.
std::shared_ptr<websocket_link> websocket_connect(
    io_threads& io, const url& where, connect_options options, websocket_handlers handlers);

} // namespace warren::net
