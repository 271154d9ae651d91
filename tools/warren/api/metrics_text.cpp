#include "tools/warren/api/metrics_text.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace warren::program {

namespace {

using labels = std::map<std::string, std::string>;

/// A registry that lives for one answer: the actors keep the numbers, this only writes them down.
class metrics {
public:
  void gauge(const std::string& name, const std::string& help, double value, const labels& by = {}) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(by).Set(value);
  }

  void counter(const std::string& name, const std::string& help, std::uint64_t value, const labels& by = {}) {
    prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(by).Increment(
        static_cast<double>(value));
  }

  void counters(
      const std::string& name, const std::string& help, const std::map<std::string, std::uint64_t>& values) {
    for (const auto& [event, value] : values)
      counter(name, help, value, {{"event", event}});
  }

  std::string text() { return prometheus::TextSerializer{}.Serialize(registry_.Collect()); }

private:
  prometheus::Registry registry_{prometheus::Registry::InsertBehavior::Merge};
};

void add_transport(metrics& out, const transport_status& transport) {
  std::map<std::string, double> paths{{"lan", 0}, {"direct", 0}, {"relay", 0}};
  for (const auto& each : transport.peers) {
    ++paths[to_string(each.peer.path)];
    labels peer{{"peer_id", each.peer.id}};
    out.counter(
        "warren_peer_received_bytes_total", "Octets received from a connected peer", each.bytes_in, peer);
    out.counter("warren_peer_sent_bytes_total", "Octets sent to a connected peer", each.bytes_out, peer);
    out.gauge(
        "warren_peer_rtt_seconds", "Round-trip time to a connected peer",
        static_cast<double>(each.rtt_us) / 1e6, peer);
  }
  for (const auto& [path, count] : paths)
    out.gauge("warren_peers", "Peers connected now, by path", count, {{"path", path}});
  out.gauge("warren_dht_nodes", "DHT nodes in the routing table", static_cast<double>(transport.dht_nodes));
  for (const auto& each : transport.relays)
    out.gauge(
        "warren_relay_connected", "1 while the link to a relay stands", each.state == "connected" ? 1 : 0,
        {{"url", each.url}});
  out.counters(
      "warren_transport_events_total", "Refused input, failures and compression of the transport",
      transport.counters);
}

void add_database(metrics& out, const database_status& database) {
  out.gauge("warren_database_items", "Items stored", static_cast<double>(database.items));
  out.gauge(
      "warren_database_peers", "Peers the database is synchronised with",
      static_cast<double>(database.peers));
  out.counters("warren_database_events_total", "Refused input and work of the database", database.counters);
}

void add_api(metrics& out, const net::server_counters& api) {
  out.gauge("warren_api_connections", "Connections to the API now", static_cast<double>(api.connections));
  out.counters(
      "warren_api_events_total", "What the API's server saw",
      {{"accepted", api.accepted},
       {"over_limit", api.over_limit},
       {"over_address_limit", api.over_address_limit},
       {"bad_requests", api.bad_requests},
       {"upgrades", api.upgrades},
       {"refused_upgrades", api.refused_upgrades},
       {"requests", api.requests},
       {"oversized_bodies", api.oversized_bodies},
       {"timeouts", api.timeouts}});
}

} // namespace

std::string metrics_text(
    const transport_status& transport, const database_status& database, const net::server_counters& api) {
  metrics out;
  add_transport(out, transport);
  add_database(out, database);
  add_api(out, api);
  return out.text();
}

} // namespace warren::program
