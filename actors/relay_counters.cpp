#include "actors/relay_counters.hpp"

#include "actors/named_counters.hpp"

namespace warren {

namespace {

constexpr named_counter<relay::client_counters> client_refusals[] = {
    {"relay.bad_frames", &relay::client_counters::bad_frames},
    {"relay.unexpected_frames", &relay::client_counters::unexpected_frames},
    {"relay.unknown_topics", &relay::client_counters::unknown_topics},
    {"relay.unknown_circuits", &relay::client_counters::unknown_circuits},
    {"relay.refused_circuits", &relay::client_counters::refused_circuits},
    {"relay.circuits_over_peer_limit", &relay::client_counters::circuits_over_peer_limit},
    {"relay.overflows", &relay::client_counters::overflows},
    {"relay.bad_credits", &relay::client_counters::bad_credits},
    {"relay.peers_over_limit", &relay::client_counters::peers_over_limit},
};

constexpr named_counter<relay::server_counters> server_names[] = {
    {"relay_server.frames_in", &relay::server_counters::frames_in},
    {"relay_server.octets_in", &relay::server_counters::octets_in},
    {"relay_server.frames_out", &relay::server_counters::frames_out},
    {"relay_server.octets_out", &relay::server_counters::octets_out},
    {"relay_server.forwarded", &relay::server_counters::forwarded},
    {"relay_server.forwarded_octets", &relay::server_counters::forwarded_octets},
    {"relay_server.authenticated", &relay::server_counters::authenticated},
    {"relay_server.throttled", &relay::server_counters::throttled},
    {"relay_server.bad_frames", &relay::server_counters::bad_frames},
    {"relay_server.oversized", &relay::server_counters::oversized},
    {"relay_server.unauthenticated", &relay::server_counters::unauthenticated},
    {"relay_server.unexpected", &relay::server_counters::unexpected},
    {"relay_server.unsupported", &relay::server_counters::unsupported},
    {"relay_server.bad_signatures", &relay::server_counters::bad_signatures},
    {"relay_server.bad_hosts", &relay::server_counters::bad_hosts},
    {"relay_server.bad_tokens", &relay::server_counters::bad_tokens},
    {"relay_server.over_limit", &relay::server_counters::over_limit},
    {"relay_server.over_address_limit", &relay::server_counters::over_address_limit},
    {"relay_server.over_topic_limit", &relay::server_counters::over_topic_limit},
    {"relay_server.not_a_member", &relay::server_counters::not_a_member},
    {"relay_server.unknown_peer", &relay::server_counters::unknown_peer},
    {"relay_server.no_shared_topic", &relay::server_counters::no_shared_topic},
    {"relay_server.dropped_signals", &relay::server_counters::dropped_signals},
    {"relay_server.handshake_timeouts", &relay::server_counters::handshake_timeouts},
    {"relay_server.replaced", &relay::server_counters::replaced},
    {"relay_server.slow_readers", &relay::server_counters::slow_readers},
    {"relay_server.silent", &relay::server_counters::silent},
};

void add_metric(std::string& out, const std::string& name, const char* type, std::uint64_t value) {
  auto full = "warren_relay_" + name;
  out += "# TYPE " + full + " " + type + "\n" + full + " " + std::to_string(value) + "\n";
}

} // namespace

void count_refusals(counter_map& out, const relay::client_counters& from) {
  count_named(out, from, client_refusals);
}

counter_map all_counters(const relay::server_counters& from) {
  auto result = counter_map{};
  for (const auto& [name, field] : server_names)
    result[name] = from.*field;
  return result;
}

std::string metrics_text(const relay_server_status& status) {
  auto text = std::string{};
  add_metric(text, "guests", "gauge", status.guests);
  add_metric(text, "topics", "gauge", status.topics);
  for (const auto& [name, value] : status.counters)
    add_metric(text, name.substr(name.find('.') + 1) + "_total", "counter", value);
  return text;
}

} // namespace warren
