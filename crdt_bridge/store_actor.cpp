#include "crdt_bridge/store_actor.hpp"

#include "crdt_bridge/errc.hpp"

namespace warren {

namespace {

struct store_state {
  store_state(store_actor::pointer, std::shared_ptr<crdt::item_store> owned) : store{std::move(owned)} {}

  store_actor::behavior_type make_behavior() {
    return {[this](const commit_changes& job) { return commit(job); }};
  }

  caf::result<void> commit(const commit_changes& job) {
    if (auto failed = store->commit(*job.changes))
      return make_error(errc::storage_failed, std::move(failed->detail));
    return caf::unit;
  }

  std::shared_ptr<crdt::item_store> store;
};

} // namespace

store_actor spawn_store(caf::actor_system& system, std::shared_ptr<crdt::item_store> store, bool detached) {
  if (detached)
    return act::spawn<store_state, caf::detached>(system, std::move(store));
  return act::spawn<store_state>(system, std::move(store));
}

} // namespace warren
