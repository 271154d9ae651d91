#include "actors/dht_settings.hpp"

#include "transports/dht/address_policy.hpp"
#include "transports/dht/saved_table.hpp"

#include <spdlog/spdlog.h>

namespace warren {

dht::config dht_settings_for(const endpoint& local, std::vector<endpoint> bootstrap) {
  dht::config result;
  result.family = local.address.family();
  result.allow_same_ip = bootstrap.empty() ? dht::is_local(local.address) : dht::all_local(bootstrap);
  result.bootstrap = std::move(bootstrap);
  return result;
}

void restore_table(dht::config& settings, table_keeper& keeper) {
  auto kept = keeper.load();
  if (kept.empty())
    return;
  auto saved = dht::decode_saved_table(kept);
  if (!saved)
    spdlog::warn("saved DHT table: {}; {}", saved.error().message(), keeper.set_aside());
  else
    dht::restore(*saved, settings);
}

} // namespace warren
