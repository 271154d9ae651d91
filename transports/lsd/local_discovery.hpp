#pragma once

#include "messages/bt_search.hpp"
#include "messages/random_source.hpp"
#include "messages/time.hpp"

#include <deque>
#include <map>
#include <optional>

namespace warren::lsd {

using info_hash = std::array<std::byte, 20>;

struct config {
  /// The group to announce to; its family is that of the peers found.
  endpoint group;
  /// Where our peer listens.
  std::uint16_t port = 0;
  /// BEP 14: "An announce should be sent every 5 minutes".
  duration repeat = std::chrono::minutes{5};
  /// BEP 14: "at most 1 multicast announce packet per minute"; counts for all topics together.
  duration pause = std::chrono::minutes{1};
  /// The first message waits so long for further topics to join.
  duration gather = std::chrono::seconds{1};
  /// Topics at once; further ones are not announced.
  std::size_t max_topics = 1024;
  /// Peers handed out in one minute, of all topics; further ones are dropped. They are heard again.
  std::size_t peers_per_minute = 64;
  /// So many of them of one source address: more than one message holds, and little enough that a host which shouts leaves
  /// room for the others.
  std::size_t peers_per_source = 32;
};

/// Somebody in the local network has `topic`. Said each time it is announced.
struct peer_found {
  info_hash topic{};
  endpoint peer;
};

struct counters {
  std::uint64_t malformed = 0;
  std::uint64_t own = 0;            // our own message, which multicast gives back
  std::uint64_t foreign_source = 0; // not from an address of a local network, or of the other family
  std::uint64_t too_many_peers = 0; // beyond config::peers_per_minute or peers_per_source
  std::uint64_t too_many_topics = 0;
};

/// Local Service Discovery (BEP 14) as a machine: announces our topics to a multicast group and hears those of others. Which
/// interfaces that means is the shell's business (net::multicast_group). Nothing is answered, so nothing can be amplified; of
/// what is heard only topics of our own count, and only private source addresses: a forged public one would have everybody
/// here dial it. IPv6 link-local ones are left out, as they cannot be dialled without an interface.
class local_discovery {
public:
  /// `random` is used here only.
  local_discovery(const config& settings, random_source& random);

  /// Announces `topic` from now on.
  void join(time_point now, const info_hash& topic);

  void leave(const info_hash& topic);

  void handle_packet(time_point now, const endpoint& from, byte_view datagram);

  /// There are neighbours who have heard nothing yet, on a new interface, say: announces everything again.
  void announce_again(time_point now);

  void handle_timeout(time_point now);

  /// Returns the next datagram for the group, to be sent on every interface, until empty.
  std::optional<bytes> poll_transmit();

  std::optional<peer_found> poll_event();

  /// Returns when handle_timeout must be called.
  std::optional<time_point> poll_timeout() const;

  const lsd::counters& stats() const noexcept { return counters_; }

private:
  config config_;
  std::string cookie_;
  std::map<info_hash, time_point> due_; // by topic; at most max_topics
  time_point not_before_{};
  std::deque<bytes> outbox_;      // at most one per pause
  std::deque<peer_found> events_; // at most config::peers_per_minute
  time_point minute_began_{};
  std::size_t found_in_minute_ = 0;
  std::map<ip_address, std::size_t> found_by_source_; // in this minute; at most peers_per_minute
  lsd::counters counters_;
};

} // namespace warren::lsd
