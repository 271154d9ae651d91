#pragma once

#include "tools/warren/api/context.hpp"

namespace warren::program {

/// Serves POST /v1/import: NDJSON lines {"soul", "fields"}. The body is read only as fast as the database takes it. Answers,
/// when everything is durable, {"imported", "failed", "errors": [{"line", "message"}...]} with the first few errors.
void serve_import(const api_context& api, const responder_ptr& responder);

} // namespace warren::program
