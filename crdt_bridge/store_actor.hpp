#pragma once

#include "crdt_bridge/item_store.hpp"
#include "messages/types.hpp"

#include <memory>

namespace warren {

/// Owns the store and writes to it; on a thread of its own when `detached`, for a write waits for the disk. Answers each
/// commit_changes when it is on disk, in order. Ends with an exit message; the store closes then.
store_actor spawn_store(caf::actor_system& system, std::shared_ptr<crdt::item_store> store, bool detached);

} // namespace warren
