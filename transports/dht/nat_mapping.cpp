#include "transports/dht/nat_mapping.hpp"

#include <algorithm>
#include <map>

namespace warren::dht {

namespace {

template <class Value>
using tally = std::map<Value, std::size_t>;

/// Returns the value counted most often; `counted` is not empty.
template <class Value>
const std::pair<const Value, std::size_t>& most_common(const tally<Value>& counted) {
  return *std::max_element(
      counted.begin(), counted.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
}

/// The ports at which each observing host sees us, with how often.
using ports_by_host = std::map<ip_address, tally<std::uint16_t>>;

/// Returns the port that more than half of the hosts see. Each host has one vote, for the port that it sees more than half
/// of the time, so that many observers on one host do not pass for the world.
std::optional<std::uint16_t> agreed_port(const ports_by_host& hosts) {
  tally<std::uint16_t> votes;
  for (const auto& [host, ports] : hosts) {
    std::size_t observers = 0;
    for (const auto& [port, count] : ports)
      observers += count;
    auto [port, count] = most_common(ports);
    if (2 * count > observers)
      ++votes[port];
  }
  if (votes.empty())
    return std::nullopt;
  auto [port, count] = most_common(votes);
  return 2 * count > hosts.size() ? std::optional{port} : std::nullopt;
}

/// Returns how the ports depend on the destination, in RFC 4787's words, once it is clear that they do.
std::string_view dependence(const ports_by_host& hosts) {
  auto several = [](const tally<std::uint16_t>& ports) { return ports.size() > 1; };
  auto repeated = [](const tally<std::uint16_t>& ports) {
    return ports.size() == 1 && ports.begin()->second > 1;
  };
  if (std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) { return several(host.second); }))
    return "address and port-dependent";
  if (std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) { return repeated(host.second); }))
    return "address-dependent";
  return "address-dependent or address and port-dependent";
}

} // namespace

std::string_view to_string(nat_kind kind) noexcept {
  switch (kind) {
    case nat_kind::open:
      return "open";
    case nat_kind::consistent:
      return "consistent";
    case nat_kind::random:
      return "random";
    case nat_kind::unknown:
      break;
  }
  return "unknown";
}

nat_mapping find_mapping(
    std::span<const observation> seen, std::span<const endpoint> own, std::size_t needed) {
  nat_mapping result;
  tally<ip_address> observers;
  tally<ip_address> addresses;
  for (const auto& each : seen) {
    ++observers[each.observer.address];
    ++addresses[each.seen.address];
  }
  result.hosts = observers.size();
  if (seen.empty() || seen.size() < needed)
    return result;
  auto [address, votes] = most_common(addresses);
  if (2 * votes <= seen.size()) {
    result.kind = nat_kind::random;
    result.behaviour = "address pooling that is not paired";
    return result;
  }
  ports_by_host hosts;
  tally<std::uint16_t> ports;
  for (const auto& each : seen)
    if (each.seen.address == address && each.seen.port != 0) {
      ++hosts[each.observer.address][each.seen.port];
      ++ports[each.seen.port];
    }
  result.ports = ports.size();
  auto agreed = agreed_port(hosts);
  result.external = endpoint{
      address, agreed          ? *agreed
               : ports.empty() ? std::uint16_t{0}
                               : most_common(ports).first};
  if (std::find(own.begin(), own.end(), *result.external) != own.end()) {
    result.kind = nat_kind::open;
  } else if (!agreed && !hosts.empty()) {
    result.kind = nat_kind::random;
    result.behaviour = dependence(hosts);
  } else if (hosts.size() > 1) {
    result.kind = nat_kind::consistent;
    result.behaviour = "endpoint-independent";
  }
  return result;
}

} // namespace warren::dht
