#include "tools/warren/api_client.hpp"

#include "tools/warren/api/percent.hpp"
#include "transports/net/errc.hpp"

namespace warren::program {

namespace {

constexpr std::uint32_t longest_timeout_ms = 24 * 3600 * 1000;

/// The text of an answer that is no success: its message, when the node wrote it.
std::string text_of(const net::http_answer& answer) {
  auto parsed = json::parse(answer.body, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("message") || !parsed["message"].is_string())
    return "this is not what a node says; check --api";
  return parsed["message"];
}

} // namespace

void add_api_flags(CLI::App& sub, api_flags& flags, time_limit limit) {
  sub.add_option("--api", flags.url, "URL of a running node's API, such as http://127.0.0.1:8080")
      ->required();
  sub.add_option("--api-token", flags.token, "the token that the node was given");
  auto meaning = limit == time_limit::whole ? "milliseconds to wait for the answer"
                                            : "milliseconds that the node may be silent";
  sub.add_option("--timeout", flags.timeout_ms, meaning)
      ->check(CLI::Range(std::uint32_t{1}, longest_timeout_ms))
      ->capture_default_str();
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
  settings.timeout = std::chrono::milliseconds{flags.timeout_ms};
  settings.fields = api_fields(flags);
  auto client = net::http_client::make(api_url(flags), std::move(settings));
  if (!client)
    throw failure{client.error().message()};
  return std::move(*client);
}

std::string checked(const api_flags& flags, const result<net::http_answer>& answer) {
  if (!answer)
    throw failure{describe_failure(flags, answer.error())};
  if (answer->status == 200)
    return answer->body;
  throw failure{flags.url + " answered " + std::to_string(answer->status) + ": " + text_of(*answer)};
}

std::string describe_failure(const api_flags& flags, std::error_code why) {
  if (why == net::net_errc::timed_out || why == net::net_errc::silent)
    return flags.url + ": no answer within " + std::to_string(flags.timeout_ms)
           + " ms; look whether the node is stopped or overloaded, or give a longer --timeout";
  return flags.url + ": " + why.message() + "; check that the node runs and serves its API there";
}

std::string node_target(const std::string& soul) {
  if (soul.empty())
    throw usage_error{"SOUL \"\" is refused; allowed: any text but the empty one, it is the name of a node"};
  return "/v1/nodes/" + percent_encode(soul);
}

} // namespace warren::program
