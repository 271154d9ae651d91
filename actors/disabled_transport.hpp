#pragma once

#include "messages/transport.hpp"

namespace warren {

/// Spawns the transport that does nothing and says so (mode disabled): announce and disconnect succeed, lookup is empty,
/// connect fails with errc::local_only.
transport_actor spawn_disabled_transport(caf::actor_system& system, std::string peer_id);

} // namespace warren
