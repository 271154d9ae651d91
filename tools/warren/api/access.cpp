#include "tools/warren/api/access.hpp"

#include "tools/warren/output.hpp"
#include "transports/crypto/secret.hpp"

namespace warren::program {

namespace {

/// True when `host` ("name:port") is an address or localhost.
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
  auto host = request.field("Host").value_or("");
  if (!is_local_name(host))
    return error_answer(403, "forbidden", "address the API by IP address or as localhost");
  auto origin = request.field("Origin");
  if (origin && *origin != "http://" + std::string{host})
    return error_answer(403, "forbidden", "requests from pages of another origin are refused");
  return std::nullopt;
}

net::http_response error_answer(int status, const std::string& code, const std::string& text) {
  return {status, "application/json", to_line({{"error", code}, {"message", text}}) + "\n", {}};
}

} // namespace warren::program
