#pragma once

#include "messages/krpc.hpp"

namespace warren::dht {

/// Makes a response smaller by leaving something out, the least useful first; returns false when nothing is left to leave
/// out. `own` is the family of the node: nodes of the other one go before its own.
bool shed(krpc::response& body, address_family own);

} // namespace warren::dht
