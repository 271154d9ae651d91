#include "crdt_bridge/replicator.hpp"

#include "crdt_bridge/graph_engine.hpp"
#include "crdt_bridge/replicator_state.hpp"
#include "crdt_bridge/sqlite_store.hpp"
#include "crdt_bridge/store_actor.hpp"

#include <chrono>
#include <random>

namespace warren {

namespace {

// Draws jitter only; nothing that must stay secret.
class device_random final : public random_source {
public:
  void fill(std::span<std::byte> out) override {
    for (auto& octet : out)
      octet = static_cast<std::byte>(device_());
  }

private:
  std::random_device device_;
};

wall_time system_wall_clock() {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

using opened_store = std::variant<std::unique_ptr<crdt::item_store>, crdt::store_failure>;

opened_store open_sqlite(const replicator_config& config, std::uint8_t engine) {
  auto opened = crdt::sqlite_store::open({config.directory, config.database, engine});
  if (auto failed = std::get_if<crdt::store_failure>(&opened))
    return std::move(*failed);
  return std::get<0>(std::move(opened));
}

// What would make a replica that cannot work. Names the option, its value and what is allowed.
std::optional<std::string> wrong_with(const replicator_config& config) {
  auto outside = [](const char* name, std::size_t value, std::size_t least, std::size_t most) {
    return value >= least && value <= most
               ? std::nullopt
               : std::optional{
                   std::string{name} + " is " + std::to_string(value) + "; allowed are "
                   + std::to_string(least) + " to " + std::to_string(most)};
  };
  const auto& sync = config.limits.sync;
  const auto& graph = config.limits.graph;
  constexpr auto any = std::numeric_limits<std::uint32_t>::max();
  const std::optional<std::string> checks[] = {
      config.database.empty() ? std::optional<std::string>{"database is empty; give the database a name"}
                              : std::nullopt,
      outside("max_name", graph.max_name, 1, 1024),
      outside("max_value", graph.max_value, 1, 512 * 1024),
      outside("max_in_flight", sync.max_in_flight, 1, any),
      outside("receive_window", sync.receive_window, 1, any),
      outside("max_items_octets", sync.max_items_octets, 1, crdt::sync::max_message),
      outside("page_keys", sync.page_keys, 1, crdt::sync::max_page_keys),
      outside("want_ids", sync.want_ids, 1, crdt::sync::max_want_ids),
      outside("wants_in_flight", sync.wants_in_flight, 1, 8),
      outside("max_peer_requests", sync.max_peer_requests, 9, 64),
      outside("max_live_queue", sync.max_live_queue, 1, any),
      outside("relist_interval", static_cast<std::size_t>(sync.relist_interval.count()), 1, any),
  };
  for (const auto& check : checks)
    if (check)
      return check;
  return std::nullopt;
}

} // namespace

caf::expected<replicator_actor> spawn_replicator(caf::actor_system& system, replicator_config config) {
  if (auto wrong = wrong_with(config))
    return make_error(errc::bad_config, *wrong);
  if (!config.wall_clock)
    config.wall_clock = system_wall_clock;
  if (!config.random)
    config.random = std::make_shared<device_random>();
  auto engine = std::make_shared<crdt::graph_engine>(config.limits.graph);
  auto opened = config.open_store ? config.open_store() : open_sqlite(config, engine->kind());
  if (auto failed = std::get_if<crdt::store_failure>(&opened))
    return make_error(errc::storage_failed, std::move(failed->detail));
  std::shared_ptr<crdt::item_store> store{std::get<0>(std::move(opened))};
  if (auto failed = store->load([&](const crdt::item& stored) { return engine->restore(stored); }))
    return make_error(errc::storage_failed, std::move(failed->detail));
  auto writer = spawn_store(system, std::move(store), config.detached_store);
  auto shared = std::make_shared<const replicator_config>(std::move(config));
  return act::spawn<replicator_state>(system, std::move(engine), std::move(writer), std::move(shared));
}

connect_topic join(const replicator_actor& replicator, const topic& on, secret_bytes secret) {
  return {on, std::move(secret), caf::actor_cast<caf::actor>(replicator)};
}

} // namespace warren
