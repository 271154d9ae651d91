#pragma once

#include "messages/types.hpp"
#include "transports/relay/client.hpp"
#include "transports/relay/server.hpp"

#include <string>

namespace warren {

/// Adds what a relay client refused or lost to `out`, as "relay.<reason>"; a name appears once it was counted.
void count_refusals(counter_map& out, const relay::client_counters& from);

/// Returns all counters of a relay as "relay_server.<name>", also those that are 0.
counter_map all_counters(const relay::server_counters& from);

/// Returns a relay's numbers in the Prometheus text format (version 0.0.4), each as "warren_relay_<name>".
std::string metrics_text(const relay_server_status& status);

} // namespace warren
