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

  /// Lets `topics` random living members announce a random topic each, one starting every `gap`, and waits for all.
  void announce(std::size_t topics, duration gap = std::chrono::milliseconds{5});

  /// Lets `count` random living members look up the topics in turn, one starting every `gap`, and waits for all; at least
  /// one topic must have been announced. A topic whose announcer has died is still looked for: what is stored counts.
  lookup_report look_up(std::size_t count, duration gap = std::chrono::milliseconds{5});

private:
  struct announcement {
    dht::info_hash topic;
    endpoint peer;
  };

  struct running_lookup {
    dht_member* who;
    std::optional<endpoint> wanted; // nothing of an announce
  };

  /// Returns a living member that has nothing running, and counts it as running from now on. Waits for those that run when
  /// they are a quarter of all.
  dht_member& free_member();
  void finish();

  dht_swarm& swarm_;
  std::vector<announcement> announcements_;
  std::vector<running_lookup> running_;
  lookup_report report_;
  std::vector<duration> times_;
};

} // namespace warren::sim
