#pragma once

#include "tools/warren/command.hpp"
#include "tools/warren/output.hpp"
#include "transports/net/http_client.hpp"

#include <memory>

namespace warren::program {

/// How a command reaches a running node.
struct api_flags {
  std::string url;
  std::string token;
  bool json = false;
};

void add_api_flags(CLI::App& sub, api_flags& flags);

/// Returns the parsed --api. Throws usage_error.
net::url api_url(const api_flags& flags);

/// Returns what is sent with every request.
net::http_fields api_fields(const api_flags& flags);

/// Returns a client for the API at --api. Throws usage_error.
std::unique_ptr<net::http_client> api_client(const api_flags& flags);

/// Returns the body of an answer with status 200. Throws failure for any other, and when there is none.
std::string checked(const api_flags& flags, const result<net::http_answer>& answer);

/// Returns the path of node `soul`.
std::string node_target(const std::string& soul);

} // namespace warren::program
