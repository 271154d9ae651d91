#pragma once

#include "messages/endpoint.hpp"

#include <optional>
#include <vector>

namespace warren::net {

/// Returns the addresses of this host's interfaces that are up, the loopback's left out; none when the system does not tell.
std::vector<ip_address> own_addresses();

/// Returns the address that what this host sends to `remote` comes from by its routes, unless a socket is bound to another;
/// nothing when there is no route. Sends nothing.
std::optional<ip_address> source_towards(const endpoint& remote);

} // namespace warren::net
