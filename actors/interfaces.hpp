#pragma once

// All that crdt_bridge and applications see of the actors: the transport and connection interfaces and how to get one.
//
//   auto transport = warren::make_transport(system, options);
//   auto self = caf::scoped_actor{system};
//   warren::act::mail(self, warren::connect_topic{warren::topic::of("my-database"), {}, subscriber}).request(transport, 5s)...
//
// The messages are described where they are declared: messages/connection.hpp and messages/transport.hpp.

#include "actors/options.hpp"
#include "messages/types.hpp"

namespace warren {

/// Spawns the transport that `opts.mode` names. Binding and reading files happens here, so that a wrong address or file is
/// known at once: errc::bad_config (with the option's name, its value and what is allowed) or errc::network_failed.
caf::expected<transport_actor> make_transport(caf::actor_system& system, const options& opts);

} // namespace warren
