#include "actors/supervisor_state.hpp"

namespace warren {

namespace {

/// A change comes in several messages, such as an address that goes and the one in its place: looked at together.
constexpr auto settle_time = std::chrono::milliseconds{20};

/// An interface that comes and goes all the time is looked at no more often.
constexpr auto look_interval = std::chrono::milliseconds{100};

/// A search that began anew is repeated soon and often (swarm::lookup_schedule), so no other one need begin within so long.
constexpr auto search_interval = std::chrono::seconds{10};

} // namespace

std::optional<ip_address> supervisor_state::source_of(const swarm::candidate& remote) const {
  auto where = std::get_if<endpoint>(&remote);
  return where && setup.source_towards ? setup.source_towards(*where) : std::nullopt;
}

void supervisor_state::handle_network_changed() {
  if (network_due)
    return;
  network_due = now() + settle_time;
  if (network_looked_at)
    network_due = std::max(*network_due, *network_looked_at + look_interval);
  pump();
}

/// Returns when to look at what has changed. Much that is told moves nobody, such as the interfaces of containers.
std::optional<time_point> supervisor_state::follow_network(time_point at) {
  if (!network_due || *network_due > at)
    return network_due;
  network_due.reset();
  network_looked_at = at;
  auto here = setup.whereabouts ? setup.whereabouts() : std::vector<ip_address>{};
  if (!setup.whereabouts || std::exchange(whereabouts, here) != here)
    follow_move(at);
  look_at_sources(at);
  return std::nullopt;
}

void supervisor_state::follow_move(time_point at) {
  ++counters["supervisor.network_changed"];
  book.network_changed(at);
  for (const auto& [url, relay] : relays)
    if (relay.link)
      act::mail(self, network_changed{}).send(relay.link);
  if (searched_anew && at < *searched_anew + search_interval)
    return;
  searched_anew = at;
  for (auto& [on, joined] : topics)
    joined.schedule = swarm::lookup_schedule{at, setup.opts.announce_interval};
}

/// The peer hears out only the address that a direct path began with. Where ours is another one now, another path is needed;
/// all others are left alone.
void supervisor_state::look_at_sources(time_point at) {
  for (auto& [address, stream] : streams) {
    auto source = source_of(stream.remote);
    // Without a route there is nothing to dial from; one that comes is told.
    if (!source || std::exchange(stream.source, source) == source)
      continue;
    if (stream.admitted && !stream.replaced) {
      act::mail(self, network_changed{}).send(stream.actor);
      book.want_path(at, stream.session->connection);
    } else if (stream.dial != 0 && !stream.session) {
      act::mail(self, shut_down{errc::path_lost, "this host's address changed"}).send(stream.actor);
    }
  }
}

} // namespace warren
