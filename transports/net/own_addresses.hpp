#pragma once

#include "messages/endpoint.hpp"

#include <vector>

namespace warren::net {

/// Returns the addresses of this host's interfaces that are up, the loopback's left out; none when the system does not tell.
std::vector<ip_address> own_addresses();

} // namespace warren::net
