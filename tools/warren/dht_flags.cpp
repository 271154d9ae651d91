#include "tools/warren/dht_flags.hpp"

#include "actors/dht_settings.hpp"
#include "actors/option_table.hpp"

#include <algorithm>

namespace warren::program {

namespace {

/// Returns the options with this one set. Throws usage_error.
options with(const std::string& name, const std::string& flag, const std::string& text) {
  options parsed;
  if (auto why = set_option(parsed, name, text, flag))
    throw usage_error{*why};
  return parsed;
}

} // namespace

std::vector<endpoint> parse_endpoints(const std::string& flag, const std::string& text) {
  return with("bootstrap", flag, text).bootstrap;
}

endpoint parse_bind(const std::string& flag, const std::string& text) {
  return with("bind", flag, text).bind;
}

endpoint parse_bind_towards(const std::string& bind, const std::string& bootstrap) {
  auto nodes = parse_endpoints("--bootstrap", bootstrap);
  auto ipv6 = !nodes.empty() && nodes.front().address.family() == address_family::ipv6;
  auto result = parse_bind("--bind", bind.empty() ? (ipv6 ? "[::]:0" : "0.0.0.0:0") : bind);
  auto reachable = [&](const endpoint& node) { return node.address.family() == result.address.family(); };
  if (std::ranges::none_of(nodes, reachable))
    throw usage_error{
        "--bootstrap \"" + bootstrap
        + "\" is refused; allowed: at least one node IP:PORT of the family of --bind (" + to_string(result)
        + ")"};
  return result;
}

void check_state_file(const std::string& flag, const std::string& path) {
  with("dht-state", flag, path);
}

dht::config make_dht_config(const endpoint& bind, const std::string& bootstrap, const std::string& blocked) {
  auto result = dht_settings_for(bind, parse_endpoints("--bootstrap", bootstrap));
  result.blocked = with("dht-blocked", "--block", blocked).dht_blocked;
  return result;
}

} // namespace warren::program
