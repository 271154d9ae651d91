#include "tools/warren/api/access.hpp"

#include "tools/warren/output.hpp"
#include "transports/crypto/secret.hpp"

#include <algorithm>

namespace warren::program {

namespace {

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

/// True when `host` ("name:port", lower case) is an address or localhost.
bool is_local_name(std::string_view host) {
  if (host == "localhost" || host.starts_with("localhost:"))
    return true;
  if (endpoint::parse(host))
    return true;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return ip_address::parse(host).has_value();
}

} // namespace

std::optional<net::http_response> api_access::refusal(const net::http_request& request) const {
  if (!token.empty()) {
    auto shown = request.field("Authorization").value_or("");
    if (crypto::equal_in_constant_time(as_byte_view(shown), as_byte_view("Bearer " + token)))
      return std::nullopt;
    auto answer = error_answer(401, "unauthorized", "give the API token as Authorization: Bearer TOKEN");
    answer.fields.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  // RFC 9110 4.2.3: names of hosts, and the scheme, are the same in capitals.
  auto host = lower_case(request.field("Host").value_or(""));
  if (!is_local_name(host))
    return error_answer(403, "forbidden", "address the API by IP address or as localhost");
  auto origin = request.field("Origin");
  if (origin && lower_case(*origin) != "http://" + host)
    return error_answer(403, "forbidden", "requests from pages of another origin are refused");
  return std::nullopt;
}

net::http_response wrong_method(const std::string& allowed) {
  auto answer = error_answer(405, "method_not_allowed", "this path takes " + allowed);
  answer.fields.emplace_back("Allow", allowed);
  return answer;
}

net::http_response error_answer(int status, const std::string& code, const std::string& text) {
  return {status, "application/json", to_line({{"error", code}, {"message", text}}) + "\n", {}};
}

} // namespace warren::program
