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

/// Returns the octets of the largest IP packet that the route to `remote` takes, as far as this host knows: its interface's
/// MTU, or less where routers complained. Nothing when there is no route. Sends nothing.
std::optional<std::size_t> mtu_towards(const endpoint& remote);

/// Returns where this host is, for comparing: the addresses of its interfaces that run, but for those of one link only, and
/// those it goes out into the world with. The same list as before means that paths lead where they did.
std::vector<ip_address> whereabouts();

} // namespace warren::net
