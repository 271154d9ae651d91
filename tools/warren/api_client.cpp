#include "tools/warren/api_client.hpp"

#include "tools/warren/api/percent.hpp"

namespace warren::program {

void add_api_flags(CLI::App& sub, api_flags& flags) {
  sub.add_option("--api", flags.url, "URL of a running node's API, such as http://127.0.0.1:8080")
      ->required();
  sub.add_option("--api-token", flags.token, "the token that the node was given");
  sub.add_flag("--json", flags.json, "print JSON");
}

net::url api_url(const api_flags& flags) {
  auto where = net::url::parse(flags.url);
  if (!where || where->scheme != net::url_scheme::http)
    throw usage_error{"--api \"" + flags.url + "\" is refused; allowed: http://IP:PORT"};
  return *where;
}

net::http_fields api_fields(const api_flags& flags) {
  if (flags.token.empty())
    return {};
  return {{"Authorization", "Bearer " + flags.token}};
}

std::unique_ptr<net::http_client> api_client(const api_flags& flags) {
  net::http_client_options settings;
  settings.timeout = std::chrono::minutes{2};
  settings.fields = api_fields(flags);
  auto client = net::http_client::make(api_url(flags), std::move(settings));
  if (!client)
    throw failure{client.error().message()};
  return std::move(*client);
}

std::string checked(const api_flags& flags, const result<net::http_answer>& answer) {
  if (!answer)
    throw failure{
        flags.url + ": " + answer.error().message() + "; check that the node runs and serves its API there"};
  if (answer->status == 200)
    return answer->body;
  auto parsed = json::parse(answer->body, nullptr, false);
  auto text = parsed.is_object() ? parsed.value("message", answer->body) : answer->body;
  throw failure{flags.url + " answered " + std::to_string(answer->status) + ": " + text};
}

std::string node_target(const std::string& soul) {
  return "/v1/nodes/" + percent_encode(soul);
}

} // namespace warren::program
