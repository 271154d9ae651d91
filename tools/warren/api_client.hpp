#pragma once

#include "tools/warren/command.hpp"
#include "tools/warren/output.hpp"
#include "transports/net/http_client.hpp"

#include <cstdint>
#include <memory>

namespace warren::program {

/// How a command reaches a running node.
struct api_flags {
  std::string url;
  std::string token;
  std::uint32_t timeout_ms = 30'000;
  bool json = false;
};

/// What --timeout limits: a command as a whole, or how long the node may be silent in one that takes as long as it has to.
enum class time_limit { whole, silence };

void add_api_flags(CLI::App& sub, api_flags& flags, time_limit limit = time_limit::whole);

/// Returns the parsed --api. Throws usage_error.
net::url api_url(const api_flags& flags);

/// Returns what is sent with every request.
net::http_fields api_fields(const api_flags& flags);

/// Returns a client for the API at --api. Throws usage_error.
std::unique_ptr<net::http_client> api_client(const api_flags& flags);

/// Returns the body of an answer with status 200. Throws failure for any other, and when there is none.
std::string checked(const api_flags& flags, const result<net::http_answer>& answer);

/// Returns what went wrong between here and the node, and what to do.
std::string describe_failure(const api_flags& flags, std::error_code why);

/// Returns the path of node `soul`. Throws usage_error when it is empty.
std::string node_target(const std::string& soul);

} // namespace warren::program
