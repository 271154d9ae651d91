#pragma once

#include "actors/relay_server.hpp"

namespace warren {

/// Returns under which names guests reach a relay: what they sign, so that no other relay can pass our challenge on to its
/// own guests and log in as them (WIRE.md, "Relay"). In this order:
/// - config.machine.hosts, each "host:port", in lower case;
/// - else, bound to a loopback address: that address and "localhost";
/// - and the names of the TLS certificate, if there is one.
/// Names of the last two kinds come without a port: it is the bound one. Fails with errc::bad_config when a host is malformed
/// or there is no name at all.
caf::expected<std::vector<std::string>> relay_names(const relay_server_config& config);

/// Returns `names` with the port added to those that have none.
std::vector<std::string> with_port(std::vector<std::string> names, std::uint16_t port);

} // namespace warren
