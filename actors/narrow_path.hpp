#pragma once

#include "messages/endpoint.hpp"

#include <optional>
#include <string>

namespace warren {

/// Returns why UDX does not work on a path to `to` whose largest IP packet has `mtu` octets, for people; nothing where it does.
/// Smaller packets get through, those of a handshake among them, and the first large one stays unacknowledged for good.
std::optional<std::string> narrow_path(std::size_t mtu, const endpoint& to);

} // namespace warren
