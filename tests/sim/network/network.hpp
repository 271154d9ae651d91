#pragma once

#include "tests/sim/network/buffer_pool.hpp"
#include "tests/sim/network/event_queue.hpp"
#include "tests/sim/network/link_quality.hpp"
#include "tests/sim/network/nat.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

namespace warren::sim {

/// What stands at an endpoint: gets datagrams and one deadline. machine_host makes one of any five-call machine.
class host {
public:
  virtual ~host() = default;

  virtual void on_datagram(time_point now, const endpoint& from, byte_view payload) = 0;

  /// The deadline given to network::arm has come.
  virtual void on_deadline(time_point) {}
};

/// Where a host or a NAT is plugged in: the public network, or the inside of a NAT.
struct realm_id {
  std::uint32_t value = 0;
  friend auto operator<=>(const realm_id&, const realm_id&) = default;
};

inline constexpr realm_id public_realm{};

/// Names a host as long as it is attached; never used twice.
struct host_id {
  std::uint32_t index = 0;
  std::uint32_t generation = 0; // 0 = nobody
  friend bool operator==(const host_id&, const host_id&) = default;
};

/// A datagram network in virtual time: hosts, links with latency, loss, duplication and reordering, NATs, and one event
/// queue. The same seed and the same calls give the same run. Nothing here sleeps or reads a clock; it is one thread's.
///
/// Made for networks of 100,000 hosts: hosts stand in a flat array, each has one deadline, an event is 24 octets, and
/// datagrams live in a pool.
class network {
public:
  using handler = std::function<void(time_point now, const endpoint& from, byte_view payload)>;
  using action = std::function<void(time_point now)>;

  /// Names a scheduled action.
  struct timer_id {
    std::uint32_t index = 0;
    std::uint64_t sequence = 0; // 0 = none
  };

  struct counters {
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
    std::uint64_t too_large = 0;
    std::uint64_t queue_full = 0;
    std::uint64_t nobody_there = 0;
    std::uint64_t filtered = 0; ///< no mapping in a NAT, or its filter said no
    std::uint64_t bytes_sent = 0;
    std::uint64_t events = 0;
  };

  static constexpr std::size_t most_events = 50'000'000;

  explicit network(std::uint64_t seed);
  ~network();

  network(const network&) = delete;
  network& operator=(const network&) = delete;

  time_point now() const noexcept { return now_; }

  std::uint64_t seed() const noexcept { return seed_; }

  /// The run's one source of randomness; machines under test may share it.
  sim::random& random() noexcept { return random_; }

  const counters& stats() const noexcept { return counters_; }

  /// Octets that datagrams under way take at most so far.
  std::size_t datagram_memory() const noexcept { return buffers_.reserved(); }

  // -- who is there ---------------------------------------------------------------------------------------------------

  /// Puts `what` at `where`, in place of whoever was there. `what` must stay until it is detached.
  host_id attach(const endpoint& where, host& what, realm_id realm = public_realm);

  /// The same with a function that gets the datagrams.
  host_id attach(const endpoint& where, handler on_datagram, realm_id realm = public_realm);

  /// What arrives there from now on is lost, also what is already under way. Nothing happens when nobody is there.
  void detach(host_id who);
  void detach(const endpoint& where, realm_id realm = public_realm);

  /// Puts a NAT with the address `outside` into `realm`; returns its inside, for attach() and further NATs.
  realm_id add_nat(const ip_address& outside, const nat_behaviour& how, realm_id realm = public_realm);

  /// Returns the NAT around `inside`, which add_nat() returned.
  nat& nat_around(realm_id inside) { return nats_.at(inside.value - 1).box; }

  // -- datagrams ------------------------------------------------------------------------------------------------------

  /// Sends a copy of `payload`.
  void send(host_id from, const endpoint& to, byte_view payload);

  /// The same for a public endpoint, whether or not somebody is there: forged datagrams.
  void send(const endpoint& from, const endpoint& to, byte_view payload) {
    send_from(public_realm, from, to, payload);
  }

  /// Sets the quality of every direction that has none of its own.
  void default_link(const link_quality& quality) { default_quality_ = quality; }

  /// Sets the quality of the direction `from` -> `to`.
  void link(const endpoint& from, const endpoint& to, const link_quality& quality) {
    links_[{from, to}].quality = quality;
  }

  /// Sets the quality of both directions.
  void link_both(const endpoint& a, const endpoint& b, const link_quality& quality) {
    link(a, b, quality);
    link(b, a, quality);
  }

  // -- time -----------------------------------------------------------------------------------------------------------

  /// Sets the one deadline of a host, in place of the last one. Costs nothing when it moves later.
  void arm(host_id who, std::optional<time_point> deadline);

  /// Runs `what` at `when` (at once when that is past).
  timer_id at(time_point when, action what);

  /// Drops a scheduled action; nothing happens when it has already run.
  void cancel(const timer_id& id);

  /// Runs the next event. Returns false when there is none.
  bool step();

  /// Runs all events up to and including `until`, then sets the clock to it. Throws std::runtime_error, naming the seed,
  /// after `most` events: the bound of every loop of a test.
  void run_until(time_point until, std::size_t most = most_events) {
    run_until([] { return false; }, until, most);
  }

  void run_for(duration how_long, std::size_t most = most_events) { run_until(now_ + how_long, most); }

  /// Runs events until `done()` holds (checked before each one) or the next event lies after `until`. Returns done().
  template <class Predicate>
  bool run_until(Predicate done, time_point until, std::size_t most = most_events) {
    for (std::size_t steps = 0; !done(); ++steps) {
      if (queue_.empty() || queue_.front().when > until) {
        now_ = std::max(now_, until);
        return done();
      }
      if (steps == most)
        throw_too_many(most);
      step();
    }
    return true;
  }

private:
  struct place {
    endpoint where;
    realm_id realm;
    friend bool operator==(const place&, const place&) = default;
  };

  struct place_hash {
    std::size_t operator()(const place& p) const noexcept {
      return random::mix(std::hash<endpoint>{}(p.where) + p.realm.value);
    }
  };

  struct host_slot {
    place at;
    host* what = nullptr;
    std::uint32_t generation = 0;
    std::optional<time_point> deadline;
    /// The one live event of it in the queue: never later than `deadline`.
    std::uint64_t queued = 0;
    time_point queued_for;
  };

  struct datagram {
    place to;
    endpoint from;
    std::span<std::byte> payload;
  };

  struct scheduled {
    action run;
    std::uint64_t sequence = 0;
  };

  struct direction {
    link_quality quality;
    time_point busy_until{};
  };

  struct direction_hash {
    std::size_t operator()(const std::pair<endpoint, endpoint>& ends) const noexcept {
      return std::hash<endpoint>{}(ends.first) ^ random::mix(std::hash<endpoint>{}(ends.second));
    }
  };

  struct nat_slot {
    nat box;
    realm_id outside;
  };

  class function_host;

  host_slot* find(host_id who) noexcept;
  void send_from(realm_id realm, const endpoint& from, const endpoint& to, byte_view payload);
  /// Returns the realm where the datagram ends, with its source as it looks there; nothing when it ends on the way.
  std::optional<place> route(realm_id realm, endpoint& from, const endpoint& to);
  void transmit(const place& to, const endpoint& from, byte_view payload);
  void deliver(std::uint32_t index);
  void fire_deadline(const event& what);
  /// Returns when the datagram has left the sender, or nothing when the queue was full.
  std::optional<time_point> departure(direction& path, std::size_t size);
  direction* own_link(const endpoint& from, const endpoint& to);
  duration delay(const link_quality& quality, const endpoint& from, const endpoint& to);
  void queue_deadline(std::uint32_t index, host_slot& slot);
  [[noreturn]] void throw_too_many(std::size_t most) const;

  std::uint64_t seed_;
  time_point now_{};
  sim::random random_;
  link_quality default_quality_;
  std::unordered_map<std::pair<endpoint, endpoint>, direction, direction_hash> links_;

  std::vector<host_slot> hosts_;
  std::vector<std::uint32_t> free_hosts_;
  std::unordered_map<place, std::uint32_t, place_hash> by_place_;
  std::unordered_map<std::uint32_t, std::unique_ptr<function_host>> functions_;

  std::deque<nat_slot> nats_;                              // a realm_id is an index into it, plus 1
  std::unordered_map<place, realm_id, place_hash> nat_at_; // by outside address, port 0

  event_queue queue_;
  std::uint64_t next_sequence_ = 1;
  buffer_pool buffers_;
  std::vector<datagram> datagrams_;
  std::vector<std::uint32_t> free_datagrams_;
  std::vector<scheduled> actions_;
  std::vector<std::uint32_t> free_actions_;
  counters counters_;
};

} // namespace warren::sim
