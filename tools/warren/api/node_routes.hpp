#pragma once

#include "tools/warren/api/context.hpp"

namespace warren::program {

/// Serves GET, HEAD, PUT and DELETE of /v1/nodes/{soul}; DELETE takes ?field=NAME for one field only.
void serve_node(const api_context& api, const net::http_request& request, const responder_ptr& responder);

} // namespace warren::program
