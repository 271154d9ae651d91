#pragma once

#include "actors/table_keeper.hpp"
#include "actors/udp_port.hpp"
#include "messages/dht.hpp"
#include "transports/crypto/identity.hpp"
#include "transports/dht/config.hpp"

namespace warren {

/// Spawns the actor of one DHT node (messages/dht.hpp) over `port`, whose KRPC datagrams it takes over. It starts to
/// bootstrap at once, also from what `keeper` remembers, and leaves its table there as dht::save_schedule says and when it
/// ends. Announcements are repeated every quarter of an hour until they are forgotten; with `identity` they carry a record
/// that this peer signed (dht::peer_record).
dht_actor spawn_routing_table(
    caf::actor_system& system, std::shared_ptr<udp_port> port, dht::config settings,
    std::shared_ptr<table_keeper> keeper, std::shared_ptr<const crypto::identity> identity = {});

} // namespace warren
