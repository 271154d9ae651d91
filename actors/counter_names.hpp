#pragma once

#include "messages/types.hpp"
#include "transports/dht/counters.hpp"
#include "transports/dial/counters.hpp"
#include "transports/session/counters.hpp"
#include "transports/udx/stats.hpp"

namespace warren {

/// Add the refusals of a machine, and what its compression did, to `out` under their public names, "<machine>.<reason>"; a
/// name appears once it was counted. These names are a promise: logs, /metrics and /v1/status carry them.
void count_refusals(counter_map& out, const dht::counters& from);
void count_refusals(counter_map& out, const dial::counters& from);
void count_refusals(counter_map& out, const session::counters& from);
void count_refusals(counter_map& out, const udx::counters& from);

/// Adds every count of `from` to `out`.
void merge_counters(counter_map& out, const counter_map& from);

} // namespace warren
