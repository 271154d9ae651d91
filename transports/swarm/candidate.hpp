#pragma once

#include "messages/endpoint.hpp"
#include "messages/peer_id.hpp"

#include <compare>
#include <string>
#include <variant>

namespace warren::swarm {

/// A peer that can be reached through the relay at `url`.
struct relayed_peer {
  std::string url;
  peer_id peer;
  friend auto operator<=>(const relayed_peer&, const relayed_peer&) = default;
};

/// Something to dial: an address (whose owner is unknown until the handshake) or a guest of a relay.
using candidate = std::variant<endpoint, relayed_peer>;

/// Better ways have lower values (DESIGN section 8).
enum class way : std::uint8_t { lan, direct, relay };

/// Returns how a connection to `target` would run.
inline way way_of(const candidate& target) {
  auto address = std::get_if<endpoint>(&target);
  if (!address)
    return way::relay;
  return address->address.is_private() || address->address.is_loopback() ? way::lan : way::direct;
}

} // namespace warren::swarm
