#pragma once

#include "messages/random_source.hpp"
#include "messages/time.hpp"
#include "messages/topic.hpp"
#include "transports/swarm/candidate.hpp"
#include "transports/swarm/path_finder.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace warren::swarm {

struct dial_policy {
  std::size_t max_peers = 256;       // connections; beyond it no dials, and the arbiter refuses
  std::size_t max_dials = 32;        // in flight at once; further candidates wait
  std::size_t max_candidates = 4096; // beyond it the one not seen for longest is forgotten
  duration relay_delay =
      std::chrono::seconds{1}; // a guest of a relay is dialled so long after it was first seen
  duration first_backoff = std::chrono::milliseconds{500};
  duration longest_backoff = std::chrono::seconds{60};
  duration ban = std::chrono::minutes{10}; // after a refusal of who we are, or a broken protocol
  duration candidate_lifetime = std::chrono::minutes{15}; // not seen for so long: forgotten
  /// The other side dials again although its connection stands here: it has lost it. Younger connections are a crossing dial.
  duration crossing_window = std::chrono::seconds{5};
  /// A connection that lasted so long clears its candidate's failures; a shorter one is one more failure.
  duration stable_after = std::chrono::seconds{30};
};

/// What to do with a session whose handshake is done.
enum class verdict { admit, refuse, wait };

/// How a dial or a connection ended, as far as the next dial is concerned.
/// `no_such_session`: whoever is there does not know the connection that another pipe was for.
enum class outcome { lost, refused_duplicate, refused_for_good, was_self, no_such_session };

struct dial_order {
  std::uint64_t dial = 0;
  candidate target;
  std::uint64_t connection = 0; // that wants another pipe; 0: a new connection
};

struct established_session {
  std::uint64_t connection = 0;
  std::uint64_t dial = 0; // 0: the peer dialled
  peer_id peer;
  std::uint64_t instance = 0;  // of the peer's process
  bool arbiter = false;        // we are the side with the lower key
  candidate remote;            // where the peer is
  bool peer_holds_one = false; // the peer dialled and has a connection to us that it has not given up
};

struct decision {
  swarm::verdict verdict = verdict::wait;
  std::vector<std::uint64_t> replaced; // connections to close: another one to the same peer takes their place
  bool at_limit = false;               // refused because of dial_policy::max_peers
  bool identity_conflict = false;      // refused because two processes run with the peer's identity
};

/// Decides whom to dial when, and which of several connections to one peer stays (one connection per pair of peers). The
/// side with the lower key decides alone, so both sides always agree; see messages/WIRE.md, frame "admit".
///
/// A pure machine: the supervisor tells it what was found and what happened, and polls dials.
class peer_book {
public:
  /// `random` must outlive the book.
  peer_book(const peer_id& self, const dial_policy& policy, random_source& random);

  /// Somebody on `on` was found at `target`.
  void found(time_point now, const topic& on, const candidate& target);

  /// The relay says that `target` is no longer on `on`.
  void gone(const topic& on, const candidate& target);

  /// Nobody is looked for on `on` any more.
  void left(const topic& on);

  /// Returns the next candidate to dial now, until empty. An order for a new connection ends with dial_failed() or, once
  /// established, closed(); one for another pipe with dial_failed(), moved(), or closed() of its connection.
  std::optional<dial_order> poll_dial(time_point now);

  /// Returns when poll_dial may have something again without anything else happening.
  std::optional<time_point> poll_timeout() const;

  void dial_failed(time_point now, std::uint64_t dial, outcome why);

  /// Of two processes with one identity the one that came first is refused while the later one is connected.
  decision established(time_point now, const established_session& session);

  /// The arbiter on the other side keeps `connection`. Refused all the same when dial_policy::max_peers is reached.
  decision admitted(time_point now, std::uint64_t connection);

  /// The path of a connection is silent, or it has none: the peer's other addresses are dialled, each for another pipe.
  void want_path(time_point now, std::uint64_t connection);

  /// This host's addresses or routes changed. Dials under way for another pipe count no more, and everybody who could not be
  /// reached is tried again at once.
  void network_changed(time_point now);

  /// A connection runs over `remote` now; `dial` is the order that led to it, 0 if the peer dialled or it is as before.
  void moved(time_point now, std::uint64_t connection, std::uint64_t dial, const candidate& remote);

  /// A connection is being closed: it holds no place any more, and is no reason to refuse the peer another one.
  void ending(std::uint64_t connection);

  /// A session that was established has ended.
  void closed(time_point now, std::uint64_t connection, outcome why);

  /// Returns the admitted connections.
  std::vector<std::uint64_t> connections() const;

  /// Returns the admitted connections to `peer`.
  std::vector<std::uint64_t> connections_to(const peer_id& peer) const;

  /// Returns what was found on `on` and is not connected now.
  std::vector<candidate> candidates_on(const topic& on) const;

  std::size_t dials_in_flight() const noexcept { return dials_.size(); }

private:
  struct entry {
    std::set<topic> topics;
    std::optional<peer_id> peer; // proved at an earlier connection, or told by the relay
    time_point last_seen;
    time_point next_dial;
    std::size_t failures = 0;
    bool dialling = false;
    bool is_self = false;
  };

  struct live_session {
    established_session session;
    std::optional<candidate> target; // when we dialled
    time_point since;
    bool admitted = false;
    path_finder paths{};
  };

  struct dial_under_way {
    candidate target;
    std::uint64_t connection = 0;
  };

  using entries = std::map<candidate, entry>;

  bool may_dial(const candidate& target, const entry& e) const;
  bool is_connected(const peer_id& peer) const;
  void note_address(time_point now, const peer_id& peer, const candidate& where);
  void become_admitted(time_point now, live_session& fresh);
  void path_failed(time_point now, const dial_under_way& dial, outcome why);
  dial_order start_dial(const candidate& target, std::uint64_t connection);
  bool is_conflict(const live_session& fresh, const std::vector<std::uint64_t>& others) const;
  void give_way(const live_session& fresh, const std::vector<std::uint64_t>& replaced);
  void note_superseded(const std::pair<peer_id, std::uint64_t>& process);
  std::size_t admitted_count() const;
  verdict judge(time_point now, const live_session& fresh, const live_session& old) const;
  void settle(time_point now, const candidate& target, outcome why);
  void make_room(time_point now);

  peer_id self_;
  dial_policy policy_;
  random_source& random_;
  entries entries_;
  std::map<std::uint64_t, dial_under_way> dials_;
  std::map<std::uint64_t, live_session> sessions_;
  /// Processes whose connection gave way to one of another process with the same identity, newest last; bounded in all and
  /// per peer. A restarted peer never comes back under its old instance, so one that does shares its identity.
  std::deque<std::pair<peer_id, std::uint64_t>> superseded_;
  std::uint64_t last_dial_ = 0;
};

} // namespace warren::swarm
