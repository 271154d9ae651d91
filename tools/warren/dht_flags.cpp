#include "tools/warren/dht_flags.hpp"

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

bool is_local(const endpoint& where) {
  return where.address.is_loopback() || where.address.is_private();
}

} // namespace

std::vector<endpoint> parse_endpoints(const std::string& flag, const std::string& text) {
  return with("bootstrap", flag, text).bootstrap;
}

endpoint parse_bind(const std::string& flag, const std::string& text) {
  return with("bind", flag, text).bind;
}

void check_state_file(const std::string& flag, const std::string& path) {
  with("dht-state", flag, path);
}

dht::config make_dht_config(const endpoint& bind, const std::string& bootstrap, const std::string& blocked) {
  auto result = make_dht_config(bind, parse_endpoints("--bootstrap", bootstrap));
  result.blocked = with("dht-blocked", "--block", blocked).dht_blocked;
  return result;
}

dht::config make_dht_config(const endpoint& bind, std::vector<endpoint> bootstrap) {
  dht::config result;
  result.family = bind.address.family();
  result.allow_same_ip =
      bootstrap.empty() ? is_local(bind) : std::all_of(bootstrap.begin(), bootstrap.end(), is_local);
  result.bootstrap = std::move(bootstrap);
  return result;
}

} // namespace warren::program
