#include "tests/sim/network/nat.hpp"

#include <algorithm>

namespace warren::sim {

namespace {

/// RFC 4787 4.2.1 leaves the well-known ports alone.
constexpr std::uint32_t first_port = 1024;
constexpr std::uint32_t port_count = 65'536 - first_port;

/// Ports tried at random before the search goes on in order.
constexpr int random_tries = 16;

} // namespace

std::optional<endpoint> nat::outbound(
    time_point now, const endpoint& inside, const endpoint& remote, random& draw) {
  const key from{inside, reduce(remote, how_.mapping)};
  auto known = by_inside_.find(from);
  if (known != by_inside_.end() && taken(now, known->second)) {
    auto& live = by_port_.at(known->second);
    live.until = now + how_.lifetime;
    permit(now, live, remote);
    return endpoint{outside_, known->second};
  }
  auto port = free_port(now, inside.port, draw);
  if (!port)
    return std::nullopt;
  by_inside_[from] = *port;
  auto& fresh = by_port_[*port];
  fresh = {from, now + how_.lifetime, {}};
  permit(now, fresh, remote);
  return endpoint{outside_, *port};
}

std::optional<endpoint> nat::inbound(time_point now, std::uint16_t port, const endpoint& remote) const {
  auto found = by_port_.find(port);
  if (found == by_port_.end() || found->second.until <= now)
    return std::nullopt;
  if (how_.filtering == nat_dependence::endpoint_independent)
    return found->second.from.inside;
  auto wanted = reduce(remote, how_.filtering);
  for (const auto& entry : found->second.permitted)
    if (entry.remote == wanted && entry.until > now)
      return found->second.from.inside;
  return std::nullopt;
}

void nat::reset() {
  by_inside_.clear();
  by_port_.clear();
}

endpoint nat::reduce(const endpoint& remote, nat_dependence how) {
  switch (how) {
    case nat_dependence::endpoint_independent:
      return {};
    case nat_dependence::address_dependent:
      return {remote.address, 0};
    case nat_dependence::address_and_port_dependent:
      return remote;
  }
  return remote;
}

std::optional<std::uint16_t> nat::free_port(time_point now, std::uint16_t wanted, random& draw) {
  if (how_.preserves_ports && !taken(now, wanted))
    return wanted;
  auto candidate = static_cast<std::uint32_t>(draw.below(port_count));
  for (int i = 0; i < random_tries; ++i, candidate = static_cast<std::uint32_t>(draw.below(port_count)))
    if (auto port = static_cast<std::uint16_t>(first_port + candidate); !taken(now, port))
      return port;
  for (std::uint32_t i = 0; i < port_count; ++i)
    if (auto port = static_cast<std::uint16_t>(first_port + (candidate + i) % port_count); !taken(now, port))
      return port;
  return std::nullopt;
}

bool nat::taken(time_point now, std::uint16_t port) {
  auto found = by_port_.find(port);
  if (found == by_port_.end())
    return false;
  if (found->second.until > now)
    return true;
  by_inside_.erase(found->second.from);
  by_port_.erase(found);
  return false;
}

void nat::permit(time_point now, mapping& through, const endpoint& remote) const {
  if (how_.filtering == nat_dependence::endpoint_independent)
    return;
  auto wanted = reduce(remote, how_.filtering);
  std::erase_if(through.permitted, [&](const permission& old) { return old.until <= now; });
  for (auto& entry : through.permitted)
    if (entry.remote == wanted) {
      entry.until = now + how_.lifetime;
      return;
    }
  through.permitted.push_back({wanted, now + how_.lifetime});
}

} // namespace warren::sim
