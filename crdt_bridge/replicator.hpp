#pragma once

// The replicator: one database, kept on disk and in sync with every peer on its topic.
//
//   auto database = warren::spawn_replicator(system, {.database = "my-database", .directory = "/var/lib/app"});
//   act::mail(self, warren::join(*database, warren::topic::of("my-database"))).request(transport, 5s).then(...);
//   act::mail(self, warren::put_fields{"alice", R"({"age": 30})"}).request(*database, 5s).then(...);   // on disk
//
// What can be said to it stands in messages/database.hpp. It is a consumer of connections (messages/connection.hpp): the
// subscriber of connect_topic. It ends with an exit message (caf::anon_send_exit); what was acknowledged is on disk.

#include "crdt_bridge/item_store.hpp"
#include "crdt_bridge/limits.hpp"
#include "messages/random_source.hpp"
#include "messages/time.hpp"
#include "messages/types.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <variant>

namespace warren {

struct replicator_config {
  /// The database's name; a directory holds one database and remembers whose it is.
  std::string database;
  /// Made if missing. Locked while in use: a second process is refused.
  std::filesystem::path directory;
  crdt::replica_limits limits{};
  /// Actors that may watch at once; more are answered errc::limit_reached.
  std::size_t max_watchers = 64;

  /// For tests; empty means the system's clock, the system's randomness and SQLite in `directory`.
  std::function<wall_time()> wall_clock{};
  std::shared_ptr<random_source> random{};
  std::function<std::variant<std::unique_ptr<crdt::item_store>, crdt::store_failure>()> open_store{};
  /// The store writes on a thread of its own. Off under a deterministic scheduler.
  bool detached_store = true;
};

/// Opens the database (reading all of it) and spawns its replicator. Fails with errc::bad_config or errc::storage_failed;
/// the reason text says what to do. Blocks; call it outside actors.
caf::expected<replicator_actor> spawn_replicator(caf::actor_system& system, replicator_config config);

/// Returns the message that makes a transport deliver the peers of `on` to `replicator`. `secret` is the database secret
/// or empty.
connect_topic join(const replicator_actor& replicator, const topic& on, secret_bytes secret = {});

} // namespace warren
