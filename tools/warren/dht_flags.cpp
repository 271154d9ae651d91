#include "tools/warren/dht_flags.hpp"

#include "actors/dht_settings.hpp"
#include "actors/option_table.hpp"

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

void check_state_file(const std::string& flag, const std::string& path) {
  with("dht-state", flag, path);
}

dht::config make_dht_config(const endpoint& bind, const std::string& bootstrap, const std::string& blocked) {
  auto result = dht_settings_for(bind, parse_endpoints("--bootstrap", bootstrap));
  result.blocked = with("dht-blocked", "--block", blocked).dht_blocked;
  return result;
}

} // namespace warren::program
