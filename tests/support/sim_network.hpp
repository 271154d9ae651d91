#pragma once

#include "messages/bytes.hpp"
#include "messages/endpoint.hpp"
#include "messages/time.hpp"
#include "tests/support/seeded_random.hpp"

#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

namespace warren::test {

/// How one direction of a path treats datagrams. Probabilities are 0 to 1.
struct link_quality {
  duration latency = std::chrono::milliseconds{20};
  /// Uniformly drawn from 0 to `jitter` and added to the latency of each datagram. More than the gap between two datagrams
  /// reorders them.
  duration jitter{};
  double loss = 0;
  double duplication = 0;
  /// A reordered datagram is held back by `reorder_delay`, so that later ones overtake it.
  double reorder = 0;
  duration reorder_delay = std::chrono::milliseconds{10};
  /// Larger datagrams are dropped, as a path drops what must not be fragmented.
  std::size_t mtu = 65'507;
  /// 0 = no limit. Otherwise datagrams wait their turn, at most `queue_bytes` of them; the rest is dropped (drop-tail).
  std::uint64_t bytes_per_second = 0;
  std::size_t queue_bytes = 256 * 1024;
};

/// A datagram network in virtual time: endpoints with handlers, links with latency, loss, duplication and reordering, and
/// one event queue. The same seed and the same calls give the same run: events of equal time happen in the order in which
/// they were scheduled. Nothing here sleeps or reads a clock.
class sim_network {
public:
  using handler = std::function<void(time_point now, const endpoint& from, byte_view payload)>;
  using action = std::function<void(time_point now)>;

  /// Names a scheduled action.
  struct timer_id {
    time_point when;
    std::uint64_t sequence = 0;
    friend auto operator<=>(const timer_id&, const timer_id&) = default;
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
    std::uint64_t bytes_sent = 0;
  };

  explicit sim_network(std::uint64_t seed) : random_{seed} {
    // An hour after the epoch, so that a machine may look back in time without meeting the clock's beginning.
    now_ += std::chrono::hours{1};
  }

  time_point now() const noexcept { return now_; }

  /// The run's one source of randomness; machines under test may share it.
  random_source& random() noexcept { return random_; }

  const counters& stats() const noexcept { return counters_; }

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

  /// Delivers what arrives at `where` to `handler`. Replaces the handler that was there.
  void attach(const endpoint& where, handler on_datagram) { handlers_[where] = std::move(on_datagram); }

  /// What arrives at `where` from now on is lost, also what is already under way.
  void detach(const endpoint& where) { handlers_.erase(where); }

  /// Sends a copy of `payload`.
  void send(const endpoint& from, const endpoint& to, byte_view payload);

  /// Runs `what` at `when` (at once when that is past).
  timer_id at(time_point when, action what) {
    timer_id id{std::max(when, now_), next_sequence_++};
    queue_.emplace(id, std::move(what));
    return id;
  }

  /// Drops a scheduled action; nothing happens when it has already run.
  void cancel(const timer_id& id) { queue_.erase(id); }

  /// Runs the next event. Returns false when there is none.
  bool step() {
    if (queue_.empty())
      return false;
    auto next = queue_.extract(queue_.begin());
    now_ = next.key().when;
    next.mapped()(now_);
    return true;
  }

  /// Runs all events up to and including `until`, then sets the clock to it. Fails the test after `most` events.
  void run_until(time_point until, std::size_t most = 50'000'000) {
    run_until([] { return false; }, until, most);
  }

  void run_for(duration how_long, std::size_t most = 50'000'000) { run_until(now_ + how_long, most); }

  /// Runs events until `done()` holds (checked before each one) or the next event lies after `until`. Returns done().
  template <class Predicate>
  bool run_until(Predicate done, time_point until, std::size_t most = 50'000'000) {
    for (std::size_t steps = 0; !done(); ++steps) {
      if (queue_.empty() || queue_.begin()->first.when > until) {
        now_ = std::max(now_, until);
        return done();
      }
      BOOST_REQUIRE_MESSAGE(steps < most, "more than " << most << " simulated events");
      step();
    }
    return true;
  }

private:
  struct direction {
    link_quality quality;
    time_point busy_until{};
  };

  bool chance(double probability) {
    return probability > 0
           && static_cast<double>(random_.draw<std::uint32_t>()) < probability * 4'294'967'296.0;
  }

  void deliver_at(time_point when, const endpoint& from, const endpoint& to, byte_view payload) {
    at(when, [this, from, to, copy = to_bytes(payload)](time_point now) {
      auto found = handlers_.find(to);
      if (found == handlers_.end()) {
        ++counters_.nobody_there;
        return;
      }
      ++counters_.delivered;
      auto receive = found->second; // the handler may detach itself
      receive(now, from, copy);
    });
  }

  /// Returns when the datagram has left the sender, or nothing when the queue was full.
  std::optional<time_point> departure(direction& path, std::size_t size);

  time_point now_{};
  seeded_random random_;
  link_quality default_quality_;
  std::map<std::pair<endpoint, endpoint>, direction> links_;
  std::unordered_map<endpoint, handler> handlers_;
  std::map<timer_id, action> queue_;
  std::uint64_t next_sequence_ = 0;
  counters counters_;
};

inline std::optional<time_point> sim_network::departure(direction& path, std::size_t size) {
  auto rate = path.quality.bytes_per_second;
  if (rate == 0)
    return now_;
  auto start = std::max(now_, path.busy_until);
  auto waiting = std::chrono::duration<double>(start - now_).count() * static_cast<double>(rate);
  if (waiting + static_cast<double>(size) > static_cast<double>(path.quality.queue_bytes))
    return std::nullopt;
  auto serialisation = std::chrono::duration<double>(static_cast<double>(size) / static_cast<double>(rate));
  path.busy_until = start + std::chrono::duration_cast<duration>(serialisation);
  return path.busy_until;
}

inline void sim_network::send(const endpoint& from, const endpoint& to, byte_view payload) {
  ++counters_.sent;
  counters_.bytes_sent += payload.size();
  auto found = links_.find({from, to});
  auto unlimited = direction{default_quality_, {}};
  if (found == links_.end() && default_quality_.bytes_per_second > 0)
    found = links_.emplace(std::pair{from, to}, unlimited).first;
  auto& path = found == links_.end() ? unlimited : found->second;
  const auto& quality = path.quality;
  if (payload.size() > quality.mtu) {
    ++counters_.too_large;
    return;
  }
  auto left = departure(path, payload.size());
  if (!left) {
    ++counters_.queue_full;
    return;
  }
  if (chance(quality.loss)) {
    ++counters_.lost;
    return;
  }
  auto copies = 1;
  if (chance(quality.duplication)) {
    ++counters_.duplicated;
    ++copies;
  }
  for (; copies > 0; --copies) {
    auto delay = quality.latency;
    if (quality.jitter.count() > 0)
      delay += duration{random_.below(static_cast<std::uint64_t>(quality.jitter.count()))};
    if (chance(quality.reorder)) {
      ++counters_.reordered;
      delay += quality.reorder_delay;
    }
    deliver_at(*left + delay, from, to, payload);
  }
}

/// Drives one five-call machine in a sim_network: gives it what arrives, sends what it emits, hands out its events and
/// keeps its one deadline armed. After a command on the machine, call drive().
template <class Machine>
class sim_host {
public:
  using event = typename decltype(std::declval<Machine&>().poll_event())::value_type;

  /// `machine` must outlive the host.
  sim_host(
      sim_network& network, const endpoint& where, Machine& machine,
      std::function<void(time_point, event)> on_event = {})
      : network_{network}, where_{where}, machine_{machine}, on_event_{std::move(on_event)} {
    network_.attach(where_, [this](time_point now, const endpoint& from, byte_view payload) {
      machine_.handle_packet(now, from, payload);
      drive();
    });
    drive();
  }

  sim_host(const sim_host&) = delete;
  sim_host& operator=(const sim_host&) = delete;

  ~sim_host() {
    network_.detach(where_);
    disarm();
  }

  Machine& machine() noexcept { return machine_; }

  const endpoint& where() const noexcept { return where_; }

  void drive() {
    while (auto out = machine_.poll_transmit())
      network_.send(where_, out->to, out->payload);
    while (auto what = machine_.poll_event())
      if (on_event_)
        on_event_(network_.now(), std::move(*what));
    auto deadline = machine_.poll_timeout();
    if (deadline == armed_for_)
      return;
    disarm();
    armed_for_ = deadline;
    if (deadline)
      timer_ = network_.at(*deadline, [this](time_point now) {
        timer_.reset();
        armed_for_.reset();
        machine_.handle_timeout(now);
        drive();
      });
  }

private:
  void disarm() {
    if (timer_)
      network_.cancel(*timer_);
    timer_.reset();
    armed_for_.reset();
  }

  sim_network& network_;
  endpoint where_;
  Machine& machine_;
  std::function<void(time_point, event)> on_event_;
  std::optional<time_point> armed_for_;
  std::optional<sim_network::timer_id> timer_;
};

} // namespace warren::test
