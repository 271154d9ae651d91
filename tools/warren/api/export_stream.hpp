#pragma once

#include "tools/warren/api/context.hpp"

namespace warren::program {

/// Serves GET /v1/export: every node as a line {"soul", "fields", "states"}, page by page as fast as the client reads.
/// Nodes written meanwhile may or may not be in it. With `head_only` just the head of that answer (HEAD).
void serve_export(const api_context& api, bool head_only, const responder_ptr& responder);

} // namespace warren::program
