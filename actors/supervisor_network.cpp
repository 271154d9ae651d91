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

/// Returns when to look at what has changed.
std::optional<time_point> supervisor_state::follow_network(time_point at) {
  if (!network_due || *network_due > at)
    return network_due;
  network_due.reset();
  network_looked_at = at;
  ++counters["supervisor.network_changed"];
  look_at_paths(at);
  for (const auto& [url, relay] : relays)
    if (relay.link)
      act::mail(self, network_changed{}).send(relay.link);
  if (!searched_anew || *searched_anew + search_interval <= at) {
    searched_anew = at;
    for (auto& [on, joined] : topics)
      joined.schedule = swarm::lookup_schedule{at, setup.opts.announce_interval};
  }
  return std::nullopt;
}

/// The peer hears out only the address that a direct path began with. Where ours is another one now, another path is needed;
/// all others are left alone.
void supervisor_state::look_at_paths(time_point at) {
  book.network_changed(at);
  for (auto& [address, stream] : streams) {
    auto before = std::exchange(stream.source, source_of(stream.remote));
    if (before == stream.source)
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
