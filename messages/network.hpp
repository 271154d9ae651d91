#pragma once

#include "messages/types.hpp"

namespace warren {

/// The system told that addresses, routes or interfaces of this host changed. Never leaves the process:
///
///   network watch -> supervisor     at any rate
///   supervisor -> relay_link        the link may be cut; a dial under way may lead from an address that is gone
///   supervisor -> noise_stream      direct paths begun before lead from an address that is gone
struct network_changed {};

} // namespace warren

// A block of its own: its id is known in this process only, so it takes none that a cluster's nodes share.
CAF_BEGIN_TYPE_ID_BLOCK(warren_network, caf::id_block::warren_last_type_id + 1000)
CAF_ADD_TYPE_ID(warren_network, (warren::network_changed))
CAF_END_TYPE_ID_BLOCK(warren_network)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::network_changed)
