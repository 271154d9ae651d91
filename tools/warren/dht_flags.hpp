#pragma once

// What the commands that run a DHT node are told, checked by the rules of the option table.

#include "tools/warren/command.hpp"
#include "transports/dht/config.hpp"

namespace warren::program {

/// Returns the addresses in `text`, "IP:PORT[,IP:PORT...]". Throws usage_error, naming `flag`.
std::vector<endpoint> parse_endpoints(const std::string& flag, const std::string& text);

/// Returns the address in `text`. Throws usage_error, naming `flag`.
endpoint parse_bind(const std::string& flag, const std::string& text);

/// Returns those of `list` that are of this family.
std::vector<endpoint> of_family(const std::vector<endpoint>& list, address_family family);

/// Returns all of this host's addresses of a family, any free port.
endpoint any_address(address_family family);

/// Returns the address in `bind`, or when that is empty any of the family of the first node in `bootstrap`. Throws
/// usage_error when no such node is of its family: nobody could be asked.
endpoint parse_bind_towards(const std::string& bind, const std::string& bootstrap);

/// Throws usage_error, naming `flag`, when no file can be at `path`.
void check_state_file(const std::string& flag, const std::string& path);

/// Returns the settings of a node on `bind` (dht_settings_for), with `bootstrap` and `blocked` as --bootstrap and --block take
/// them.
dht::config make_dht_config(
    const endpoint& bind, const std::string& bootstrap, const std::string& blocked = {});

} // namespace warren::program
