#include "tools/warren/api/status_routes.hpp"

#include "tools/warren/api/metrics_text.hpp"
#include "tools/warren/output.hpp"

namespace warren::program {

namespace {

json peer_json(const connection_status& peer) {
  return {{"peer_id", peer.peer.id},          {"path", to_string(peer.peer.path)},
          {"address", peer.peer.address},     {"rtt_ms", static_cast<double>(peer.rtt_us) / 1000.0},
          {"bytes_in", peer.bytes_in},        {"bytes_out", peer.bytes_out},
          {"connected_ms", peer.connected_ms}};
}

json status_json(const transport_status& transport, const database_status& database) {
  json peers = json::array();
  for (const auto& each : transport.peers)
    peers.push_back(peer_json(each));
  json relays = json::array();
  for (const auto& each : transport.relays)
    relays.push_back({{"url", each.url}, {"state", each.state}});
  auto external = transport.dht_external.empty() ? json(nullptr) : json(transport.dht_external);
  return {
      {"peer_id", transport.id},
      {"transport", transport.name},
      {"udp", transport.addresses},
      {"peers", peers},
      {"dht", {{"nodes", transport.dht_nodes}, {"external", external}, {"nat", transport.dht_nat}}},
      {"relays", relays},
      {"database",
       {{"items", database.items},
        {"digest", database.digest},
        {"peers", database.peers},
        {"counters", database.counters}}},
      {"counters", transport.counters}};
}

/// Asks transport and database, one after the other, and hands both answers on.
void ask_both(
    const api_context& api, const responder_ptr& responder,
    std::function<void(const transport_status&, const database_status&)> then) {
  post(
      api.tasks,
      [transport = api.transport, database = api.database, responder, then](caf::event_based_actor* self) {
        auto fail = [responder](const caf::error& why) { respond_error(responder, why); };
        act::mail(self, get_status{})
            .request(transport, actor_timeout)
            .then(
                [self, database, fail, then](const transport_status& found) {
                  act::mail(self, get_status{})
                      .request(database, actor_timeout)
                      .then([found, then](const database_status& stored) { then(found, stored); }, fail);
                },
                fail);
      });
}

} // namespace

void serve_status(const api_context& api, const responder_ptr& responder) {
  ask_both(api, responder, [responder](const transport_status& transport, const database_status& database) {
    responder->respond({200, "application/json", to_line(status_json(transport, database)) + "\n", {}});
  });
}

void serve_metrics(const api_context& api, const net::server_counters& own, const responder_ptr& responder) {
  ask_both(
      api, responder, [responder, own](const transport_status& transport, const database_status& database) {
        responder->respond({200, "text/plain; version=0.0.4", metrics_text(transport, database, own), {}});
      });
}

} // namespace warren::program
