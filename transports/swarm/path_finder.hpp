#pragma once

#include "messages/random_source.hpp"
#include "messages/time.hpp"
#include "transports/swarm/candidate.hpp"

#include <map>
#include <optional>

namespace warren::swarm {

struct path_policy {
  std::size_t max_candidates = 16; // of one peer; further ones are left out until one is gone
  // Without a working path every candidate is tried at once, and again after so long.
  duration first_retry = std::chrono::milliseconds{250};
  duration longest_retry = std::chrono::seconds{4};
  // A better path than the one in use is tried at once, and again after so long.
  duration first_upgrade_retry = std::chrono::seconds{5};
  duration longest_upgrade_retry = std::chrono::minutes{5};
  /// A path that carried the connection so long has earned trust: its failures are forgotten.
  duration stable_after = std::chrono::seconds{30};
};

/// Where one connected peer can be reached, and when to try which of these for another pipe of its connection (DESIGN
/// sections 6 and 8): all of them when the path in use is in doubt, otherwise better ones than the one in use. A path that
/// failed while in use has to wait before it is tried as a better one again (hysteresis).
///
/// A pure machine, one per connection.
class path_finder {
public:
  explicit path_finder(const path_policy& policy = {}) : policy_{policy} {}

  void found(time_point now, const candidate& where);
  void gone(const candidate& where);

  /// The connection runs over `where` now, and all is well.
  void on_path(time_point now, const candidate& where);

  /// The path in use is silent, or there is none.
  void want(time_point now);
  bool wanted() const noexcept { return wanted_; }

  /// This host's addresses or routes changed: what failed before may work now, and what is being tried leads from where this
  /// host may be no more. Everything is tried anew, as want() or the path in use allow.
  void network_changed(time_point now);

  /// Returns a candidate to try now, until empty. Each ends with on_path() or failed().
  std::optional<candidate> poll(time_point now);
  void failed(time_point now, const candidate& where, random_source& random);

  /// Returns when poll() has something without anything else happening.
  std::optional<time_point> poll_timeout() const;

private:
  /// The path in use has failed: it has to wait before it is tried as a better one.
  void demote(time_point now);

  struct entry {
    bool trying = false;
    time_point retry_at;   // while wanted
    time_point upgrade_at; // otherwise
    std::size_t retries = 0;
    std::size_t failures = 0;
  };

  std::optional<time_point> due(const candidate& where, const entry& e) const;

  path_policy policy_;
  std::map<candidate, entry> entries_;
  std::optional<candidate> current_;
  time_point current_since_{};
  bool wanted_ = false;
};

} // namespace warren::swarm
