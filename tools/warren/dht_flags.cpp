#include "tools/warren/dht_flags.hpp"

#include "actors/dht_settings.hpp"
#include "actors/option_table.hpp"

#include <algorithm>
#include <iterator>

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

std::vector<endpoint> of_family(const std::vector<endpoint>& list, address_family family) {
  std::vector<endpoint> result;
  std::ranges::copy_if(list, std::back_inserter(result), [=](const endpoint& each) {
    return each.address.family() == family;
  });
  return result;
}

endpoint any_address(address_family family) {
  return *endpoint::parse(family == address_family::ipv4 ? "0.0.0.0:0" : "[::]:0");
}

endpoint parse_bind_towards(const std::string& bind, const std::string& bootstrap) {
  auto nodes = parse_endpoints("--bootstrap", bootstrap);
  auto result = !bind.empty()   ? parse_bind("--bind", bind)
                : nodes.empty() ? any_address(address_family::ipv4)
                                : any_address(nodes.front().address.family());
  if (of_family(nodes, result.address.family()).empty())
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
