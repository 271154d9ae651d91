#pragma once

#include "tests/sim/dht/swarm.hpp"

namespace warren::sim {

/// What came of many lookups.
struct lookup_report {
  std::size_t lookups = 0;
  /// Found the peer that had announced itself.
  std::size_t succeeded = 0;
  double queries = 0; ///< per lookup, on average
  double hops = 0;    ///< per lookup, on average
  duration median{};  ///< of the time until a lookup had ended
  duration slowest{};

  double success() const noexcept {
    return lookups == 0 ? 0 : static_cast<double>(succeeded) / static_cast<double>(lookups);
  }
};

/// Announcements that lookups are measured by: members announce a topic of their own each, others look for it.
class lookup_trial {
public:
  explicit lookup_trial(dht_swarm& swarm) : swarm_{swarm} {}

  /// Lets `topics` random members announce a random topic each, and waits until they have.
  void announce(std::size_t topics);

  /// Lets `count` random living members look up the topics in turn, one starting every `gap`, and waits for all. A topic
  /// whose announcer has died is still looked for: what is stored is what counts.
  lookup_report look_up(std::size_t count, duration gap = std::chrono::milliseconds{5});

private:
  struct announcement {
    dht::info_hash topic;
    endpoint peer;
  };

  /// Returns the member that looks for `topic` from now on; nothing when a quarter of all are looking.
  dht_member* start(const dht::info_hash& topic, std::size_t running);
  void finish(
      std::vector<std::pair<dht_member*, endpoint>>& running, lookup_report& into,
      std::vector<duration>& times);

  dht_swarm& swarm_;
  std::vector<announcement> announcements_;
  std::vector<dht_member*> busy_;
};

} // namespace warren::sim
