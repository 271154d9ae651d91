#pragma once

#include "actors/table_keeper.hpp"
#include "actors/udp_port.hpp"
#include "messages/dht.hpp"
#include "transports/dht/config.hpp"

namespace warren {

/// Spawns the actor of one DHT node (messages/dht.hpp) over `port`, whose KRPC datagrams it takes over. It starts to
/// bootstrap at once, also from what `keeper` remembers, and leaves its table there every few minutes and when it ends.
dht_actor spawn_routing_table(
    caf::actor_system& system, std::shared_ptr<udp_port> port, dht::config settings,
    std::shared_ptr<table_keeper> keeper);

} // namespace warren
