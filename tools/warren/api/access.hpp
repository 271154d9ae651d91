#pragma once

#include "transports/net/http.hpp"

#include <optional>
#include <string>

namespace warren::program {

/// Who may use the API of a node.
struct api_access {
  /// Wanted as "Authorization: Bearer TOKEN"; empty: everyone who can reach the port, so bind it to loopback.
  std::string token;

  /// Returns the answer that refuses `request`, or nothing when it may go on. Without a token a browser on this machine
  /// could be led here by any web page, so requests from another origin, and requests for a name rather than an address
  /// (DNS rebinding), are refused.
  std::optional<net::http_response> refusal(const net::http_request& request) const;
};

/// Returns an answer 405 that names the methods in `allowed`, such as "GET, HEAD" (RFC 9110 15.5.6).
net::http_response wrong_method(const std::string& allowed);

/// Returns an answer {"error": code, "message": text}.
net::http_response error_answer(int status, const std::string& code, const std::string& text);

} // namespace warren::program
