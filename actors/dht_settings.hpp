#pragma once

#include "actors/table_keeper.hpp"
#include "transports/dht/config.hpp"

#include <vector>

namespace warren {

/// Returns the settings of a DHT node bound to `local` that starts from `bootstrap`. In a private network many nodes may
/// share an address, on the public one they must not (DESIGN section 3): a network is taken for private when all its
/// bootstrap nodes are local, or, where none is given, when `local` is.
dht::config dht_settings_for(const endpoint& local, std::vector<endpoint> bootstrap);

/// Adds what `keeper` knows from an earlier run or an earlier incarnation of the node. A table that cannot be used is set
/// aside and told in the log: the node starts from its bootstrap nodes.
void restore_table(dht::config& settings, table_keeper& keeper);

} // namespace warren
