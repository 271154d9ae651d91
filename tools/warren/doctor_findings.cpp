#include "tools/warren/doctor_findings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace warren::program {

namespace {

using namespace std::chrono_literals;

/// The Date of a relay is in whole seconds and took some time to come here.
constexpr auto usual_skew = 2s;

/// From here on certificates and the order of writes suffer.
constexpr auto bad_skew = 60s;

finding about(const char* check) {
  finding result;
  result.check = check;
  return result;
}

bool answered(const dht_facts& facts) {
  return facts.status.nodes > 0;
}

bool any_relay(const doctor_facts& facts) {
  return std::any_of(facts.relays.begin(), facts.relays.end(), [](const auto& each) { return each.joined; });
}

json observations_of(const dht_status& status) {
  json list = json::array();
  for (const auto& [observer, seen] : status.observations)
    list.push_back({{"observer", to_string(observer)}, {"seen", to_string(seen)}});
  return list;
}

finding udp(const doctor_facts& facts, const dht_facts& dht) {
  auto result = about("udp");
  if (!dht.tried) {
    result.state = "unknown";
    result.result = "not tried";
    result.meaning = "no DHT node was given to ask";
    result.advice = "give --bootstrap IP:PORT[,IP:PORT...]";
  } else if (!dht.problem.empty()) {
    result.state = "bad";
    result.result = "no socket";
    result.meaning = dht.problem;
    result.advice = "give another --bind";
  } else if (answered(dht)) {
    result.state = "good";
    result.result = "works";
    result.meaning =
        fmt::format("datagrams get out and answers come back; {} DHT nodes are known", dht.status.nodes);
  } else {
    result.state = "bad";
    result.result = any_relay(facts) ? "blocked" : "no answer";
    result.meaning =
        any_relay(facts)
            ? "no DHT node answers although a relay is reached: UDP does not get through, or none of the "
              "nodes runs"
            : "no DHT node answers: there is no network, UDP does not get through, or none of the nodes runs";
    result.advice =
        "check that --bootstrap names nodes that run; allow UDP out, or use a relay on port 443 (--relay)";
  }
  result.detail["dht_nodes"] = dht.status.nodes;
  return result;
}

/// Returns "192.0.2.1" of "192.0.2.1:4000".
std::string host_of(const std::string& address) {
  return address.substr(0, address.rfind(':'));
}

finding external(const dht_facts& dht) {
  auto result = about("external");
  result.detail["observations"] = observations_of(dht.status);
  if (!dht.status.external.empty()) {
    result.state = "good";
    result.result = dht.status.external;
    result.meaning =
        fmt::format("so others see us, says the majority of {} DHT nodes", dht.status.observations.size());
    return result;
  }
  result.state = "unknown";
  result.result = "unknown";
  result.meaning = fmt::format(
      "{} DHT nodes said where they see us; that is too few, or they do not agree",
      dht.status.observations.size());
  result.advice = "give more bootstrap nodes, at least three, in networks of their own";
  return result;
}

finding nat(const dht_facts& dht) {
  auto result = about("nat");
  result.result = dht.status.nat;
  result.detail["mapping"] = dht.status.mapping;
  auto mapping =
      dht.status.mapping.empty() ? std::string{} : " (" + dht.status.mapping + " mapping, RFC 4787)";
  if (dht.status.nat == "open") {
    result.state = "good";
    result.meaning = "others see an address and port of this host: there is no NAT on the way";
    result.advice = "allow the UDP port in, should a firewall stop peers that were not spoken to first";
  } else if (dht.status.nat == "consistent") {
    result.state = "good";
    result.meaning = "all see the same port" + mapping + ": peers can be told one address that leads here";
  } else if (dht.status.nat == "random") {
    result.state = "limited";
    result.meaning = "each sees another port" + mapping + ": no address that we could tell peers leads here";
    result.advice = "give a relay (--relay), or forward the UDP port of --bind in the router; peers without "
                    "such a NAT can still be dialled from here";
  } else {
    result.state = "unknown";
    result.meaning = "DHT nodes on too few hosts said where they see us";
    result.advice = "give more bootstrap nodes, at least three on two hosts";
  }
  return result;
}

/// What gets in through the NAT or firewall from those that were not spoken to (RFC 4787 5). Every DHT node that answers was
/// spoken to first, so that however many they are, they cannot tell.
finding filtering(const dht_facts& dht) {
  auto result = about("filtering");
  result.state = "unknown";
  result.result = "unknown";
  result.meaning = "DHT nodes answer, but all had been spoken to first: that does not tell who else gets in";
  result.advice = fmt::format(
      "run `warren dht` on a fixed --bind here, and in a network that this host never spoke to `warren "
      "lookup "
      "--db any --bootstrap {}:PORT`, with the external PORT of that: an answer means that anybody gets in",
      dht.status.external.empty() ? std::string{"ADDRESS"} : host_of(dht.status.external));
  return result;
}

/// The findings about one family. Where both were tried each says which it is.
void judge_family(
    std::vector<finding>& out, const doctor_facts& facts, const dht_facts& dht, const char* family,
    bool both) {
  std::vector<finding> lines{udp(facts, dht)};
  if (answered(dht)) {
    lines.push_back(external(dht));
    lines.push_back(nat(dht));
    lines.push_back(filtering(dht));
  }
  for (auto& line : lines) {
    line.detail["family"] = family;
    if (both)
      line.meaning = std::string{family} + ": " + line.meaning;
    out.push_back(std::move(line));
  }
}

/// Nothing in Warren speaks to routers.
finding port_mapping() {
  auto result = about("mapping");
  result.state = "unknown";
  result.result = "not tried";
  result.meaning =
      "Warren does not speak NAT-PMP, PCP or UPnP, so no router was asked whether it would forward a port";
  result.advice = "where the nat line says limited, forward the UDP port of --bind in the router by hand";
  return result;
}

bool is_global_v6(const ip_address& address) {
  return address.family() == address_family::ipv6 && !address.is_private() && !address.is_loopback()
         && !address.is_multicast() && !address.is_unspecified();
}

finding ipv6(const doctor_facts& facts) {
  auto result = about("ipv6");
  auto global = std::find_if(facts.own_addresses.begin(), facts.own_addresses.end(), is_global_v6);
  auto has_address = global != facts.own_addresses.end();
  if (answered(facts.ipv6)) {
    result.state = "good";
    result.result = "works";
    result.meaning = "DHT nodes answer over IPv6, where there usually is no NAT";
  } else if (facts.ipv6.tried) {
    result.state = "bad";
    result.result = "no answer";
    result.meaning = facts.ipv6.problem.empty() ? "no DHT node answers over IPv6" : facts.ipv6.problem;
    result.advice = has_address ? "allow UDP over IPv6, or leave IPv6 nodes out of --bootstrap"
                                : "this host has no global IPv6 address: ask the provider for IPv6";
  } else if (has_address) {
    result.state = "unknown";
    result.result = to_string(*global);
    result.meaning = "this host has a global IPv6 address, but no IPv6 node was given to try it";
    result.advice = "give an IPv6 node too: --bootstrap [ADDRESS]:PORT";
  } else {
    result.state = "limited";
    result.result = "none";
    result.meaning = "this host has no global IPv6 address: only IPv4 and relays are left";
    result.advice = "switch IPv6 on where the provider offers it; there usually is no NAT on it";
  }
  return result;
}

finding relay(const relay_facts& facts) {
  auto result = about("relay");
  result.detail["url"] = facts.url;
  result.state = facts.joined ? "good" : "bad";
  result.result = facts.url + (facts.joined ? " joined" : " not joined");
  if (facts.joined) {
    result.meaning = "TCP, TLS and WebSocket get through: peers can be reached there whatever the NAT does";
  } else {
    result.meaning = facts.reason;
    result.advice =
        "check the URL, --ca and --relay-token, that the relay runs, and that TCP gets out to its port";
  }
  return result;
}

finding no_relay() {
  return {
      "relay",
      "unknown",
      "none given",
      "peers that cannot be reached directly are not reached at all",
      "give --relay wss://HOST/",
      json::object()};
}

finding clock(const doctor_facts& facts) {
  auto result = about("clock");
  auto told = std::find_if(
      facts.relays.begin(), facts.relays.end(), [](const auto& each) { return each.skew.has_value(); });
  if (told == facts.relays.end()) {
    result.state = "unknown";
    result.result = "unknown";
    result.meaning = "no relay said what time it is there";
    return result;
  }
  auto skew = *told->skew;
  auto apart = std::chrono::abs(skew);
  result.detail["skew_s"] = skew.count();
  result.detail["url"] = told->url;
  if (apart <= usual_skew) {
    result.state = "good";
    result.result = "right";
    result.meaning = "this host and the relay agree on the time";
    return result;
  }
  result.state = apart < bad_skew ? "limited" : "bad";
  result.result = fmt::format("{} s {}", apart.count(), skew.count() < 0 ? "ahead" : "behind");
  result.meaning =
      "the relay's clock says so; the later of two writes to a field wins, and certificates have an end";
  result.advice = "set the clock, for example with NTP";
  return result;
}

finding proxy(const doctor_facts& facts) {
  auto result = about("proxy");
  if (facts.proxies.empty()) {
    result.state = "good";
    result.result = "none";
    result.meaning = "the environment names no HTTP proxy";
    return result;
  }
  for (const auto& [variable, value] : facts.proxies) {
    result.result += (result.result.empty() ? "" : ", ") + variable + "=" + value;
    result.detail[variable] = value;
  }
  if (any_relay(facts)) {
    result.state = "good";
    result.meaning = "an HTTP proxy is set, but not needed: relays are dialled without it";
  } else {
    result.state = facts.relays.empty() ? "unknown" : "bad";
    result.meaning = "an HTTP proxy is set, but relays are dialled without it";
    result.advice = facts.relays.empty() ? "give --relay to see whether connections get out without the proxy"
                                         : "allow connections to the relay that do not go through the proxy";
  }
  return result;
}

} // namespace

std::vector<finding> judge(const doctor_facts& facts) {
  std::vector<finding> result;
  auto both = facts.ipv4.tried && facts.ipv6.tried;
  if (facts.ipv4.tried || !facts.ipv6.tried)
    judge_family(result, facts, facts.ipv4, "IPv4", both);
  if (facts.ipv6.tried)
    judge_family(result, facts, facts.ipv6, "IPv6", both);
  result.push_back(port_mapping());
  result.push_back(ipv6(facts));
  for (const auto& each : facts.relays)
    result.push_back(relay(each));
  if (facts.relays.empty())
    result.push_back(no_relay());
  result.push_back(proxy(facts));
  result.push_back(clock(facts));
  return result;
}

std::string no_way_out(const doctor_facts& facts) {
  auto tried = facts.ipv4.tried || facts.ipv6.tried || !facts.relays.empty();
  if (!tried || answered(facts.ipv4) || answered(facts.ipv6) || any_relay(facts))
    return {};
  return facts.relays.empty()
             ? "no DHT node answers; check that --bootstrap names one that runs, and that UDP gets out, or "
               "give a --relay"
             : "neither a DHT node nor a relay is reached; check the network, --bootstrap and --relay";
}

} // namespace warren::program
