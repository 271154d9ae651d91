#pragma once

#include "tests/support/replica_host.hpp"

#include <deque>
#include <memory>
#include <set>
#include <vector>

namespace warren::test {

/// How links and disks of a replica_net behave.
struct net_quality {
  duration latency = std::chrono::milliseconds{20};
  std::size_t bytes_per_ms = 10'000;
  /// A commit takes up to this long, and fails with this probability.
  duration disk_latency = std::chrono::milliseconds{5};
  double disk_failure = 0;
};

/// Replicas joined by links in virtual time. A link is what a connection is to a replicator: reliable and ordered while it
/// lasts, with latency and credit; when it is cut, what is under way is lost.
class replica_net {
public:
  replica_net(
      std::uint64_t seed, std::size_t hosts, const crdt::replica_limits& limits = {}, net_quality q = {})
      : random_{seed}, quality_{q}, limits_{limits} {
    for (std::size_t i = 0; i < hosts; ++i)
      hosts_.push_back(std::make_unique<node>(random_, limits));
  }

  random_source& random() noexcept { return random_; }
  replica_host& host(std::size_t i) { return hosts_.at(i)->host; }
  std::size_t size() const noexcept { return hosts_.size(); }
  time_point now() const noexcept { return now_; }

  void disk_failure(double probability) noexcept { quality_.disk_failure = probability; }

  /// Sets how far host `i`'s wall clock is ahead.
  void skew(std::size_t i, std::int64_t ms) { hosts_.at(i)->skew = ms; }

  wall_time wall(std::size_t i) const {
    auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now_ - start);
    return {1'800'000'000'000 + passed.count() + hosts_.at(i)->skew};
  }

  void put(std::size_t i, std::string_view soul, std::string_view fields) {
    host(i).put(soul, fields, wall(i));
    pump(i);
  }

  bool linked(std::size_t a, std::size_t b) const { return find(a, b) != nullptr; }

  void link(std::size_t a, std::size_t b) {
    if (a == b || linked(a, b))
      return;
    auto made = std::make_unique<wire>();
    made->ends[0] = {a, host(a).join(now_), {}, {}, limits_.sync.receive_window, {}};
    made->ends[1] = {b, host(b).join(now_), {}, {}, limits_.sync.receive_window, {}};
    wires_.push_back(std::move(made));
    pump(a);
    pump(b);
  }

  void cut(std::size_t a, std::size_t b) {
    std::erase_if(wires_, [&](const auto& each) {
      if (!joins(*each, a, b))
        return false;
      for (const auto& end : each->ends)
        host(end.host).machine.peer_left(end.peer);
      return true;
    });
    pump(a);
    pump(b);
  }

  void link_all() {
    for (std::size_t a = 0; a < size(); ++a)
      for (std::size_t b = a + 1; b < size(); ++b)
        link(a, b);
  }

  void run_for(duration how_long, std::size_t most = 5'000'000) {
    auto until = now_ + how_long;
    for (std::size_t steps = 0;; ++steps) {
      BOOST_REQUIRE_MESSAGE(steps < most, "no rest after " << most << " steps");
      auto next = next_event();
      if (!next || *next > until)
        break;
      now_ = std::max(now_, *next);
      step();
    }
    now_ = until;
  }

  bool converged() {
    for (auto& each : hosts_)
      if (each->host.engine.digest() != hosts_[0]->host.engine.digest())
        return false;
    return true;
  }

  /// Runs until all sets are equal. Returns how long that took, or fails the test after `most`.
  duration run_until_converged(duration most) {
    auto began = now_;
    while (!converged() && now_ - began < most)
      run_for(std::chrono::milliseconds{10});
    BOOST_REQUIRE_MESSAGE(converged(), "not converged");
    for (auto& each : hosts_)
      each->host.check_disk();
    return now_ - began;
  }

  /// Items that went over a link more often than once in the same direction.
  std::size_t repeats = 0;
  std::size_t messages = 0;
  std::size_t octets = 0;
  std::size_t items = 0;

private:
  static constexpr time_point start{std::chrono::hours{1}};

  struct node {
    node(random_source& random, const crdt::replica_limits& limits) : host{random, limits} {}
    replica_host host;
    std::int64_t skew = 0;
    std::shared_ptr<const crdt::change_set> writing;
    time_point written_at{};
  };

  struct parcel {
    time_point due;
    bytes data;
  };

  // What travels towards `host`.
  struct wire_end {
    std::size_t host = 0;
    crdt::peer_handle peer = 0;
    std::deque<parcel> incoming;
    time_point busy_until{};
    std::uint64_t credit = 0;
    std::set<crdt::item_id> seen;
  };

  struct wire {
    wire_end ends[2];
  };

  static bool joins(const wire& each, std::size_t a, std::size_t b) {
    auto [x, y] = std::minmax(each.ends[0].host, each.ends[1].host);
    return x == std::min(a, b) && y == std::max(a, b);
  }

  const wire* find(std::size_t a, std::size_t b) const {
    for (const auto& each : wires_)
      if (joins(*each, a, b))
        return each.get();
    return nullptr;
  }

  std::optional<time_point> next_event() const {
    std::optional<time_point> next;
    auto sooner = [&next](time_point when) { next = next ? std::min(*next, when) : when; };
    for (const auto& each : hosts_) {
      if (each->writing)
        sooner(each->written_at);
      if (auto due = each->host.machine.poll_timeout())
        sooner(*due);
    }
    for (const auto& each : wires_)
      for (const auto& end : each->ends)
        if (!end.incoming.empty() && end.credit > 0)
          sooner(end.incoming.front().due);
    return next;
  }

  void step() {
    for (std::size_t i = 0; i < size(); ++i)
      step_host(i);
    // Wires may come and go while hosts are pumped: refused peers are cut.
    std::vector<wire*> all;
    for (const auto& each : wires_)
      all.push_back(each.get());
    for (auto each : all)
      if (std::any_of(wires_.begin(), wires_.end(), [&](const auto& still) { return still.get() == each; }))
        for (std::size_t side : {0u, 1u})
          deliver(*each, side);
  }

  void step_host(std::size_t i) {
    auto& each = *hosts_[i];
    bool active = false;
    if (each.writing && each.written_at <= now_) {
      auto changes = std::move(each.writing);
      each.writing.reset();
      if (static_cast<double>(random_.below(1'000'000)) < quality_.disk_failure * 1'000'000)
        each.host.disk.fail_next = 1;
      each.host.machine.transaction_done(now_, each.host.disk.commit(*changes));
      active = true;
    }
    if (auto due = each.host.machine.poll_timeout(); due && *due <= now_) {
      each.host.machine.handle_timeout(now_, wall(i));
      active = true;
    }
    if (active)
      pump(i);
  }

  void deliver(wire& on, std::size_t side) {
    auto& end = on.ends[side];
    while (!end.incoming.empty() && end.credit > 0 && end.incoming.front().due <= now_) {
      auto data = std::move(end.incoming.front().data);
      end.incoming.pop_front();
      end.credit -= std::min(end.credit, credit_of(data.size()));
      count(end, data);
      auto& sender = on.ends[1 - side];
      host(sender.host).machine.write_accepted(sender.peer, data.size());
      host(end.host).machine.handle_message(now_, wall(end.host), end.peer, data);
      pump(sender.host);
      pump(end.host);
    }
  }

  void count(wire_end& end, const bytes& data) {
    ++messages;
    octets += data.size();
    auto message = crdt::sync::decode(data);
    BOOST_REQUIRE(message);
    if (auto content = std::get_if<crdt::sync::items>(&*message))
      for (const auto& each : content->content) {
        ++items;
        if (!end.seen.insert(each.key.id).second)
          ++repeats;
      }
  }

  void pump(std::size_t i) {
    auto& each = *hosts_[i];
    if (!each.writing) {
      each.writing = each.host.machine.poll_transaction(now_, wall(i));
      if (each.writing)
        each.written_at =
            now_ + duration{random_.below(static_cast<std::uint64_t>(quality_.disk_latency.count()) + 1)};
    }
    while (auto event = each.host.machine.poll_event()) {
      if (auto consumed = std::get_if<crdt::octets_consumed>(&*event))
        with_end(i, consumed->peer, [&](wire&, wire_end& end) { end.credit += consumed->octets; });
      else if (auto refused = std::get_if<crdt::peer_refused>(&*event))
        BOOST_FAIL("an honest peer was refused: " << refused->why.message());
    }
    while (auto out = each.host.machine.poll_transmit(now_))
      with_end(i, out->to, [&](wire& on, wire_end& end) {
        auto& other = &end == &on.ends[0] ? on.ends[1] : on.ends[0];
        auto takes = std::chrono::microseconds{out->data.size() * 1000 / quality_.bytes_per_ms};
        other.busy_until = std::max(other.busy_until, now_) + takes;
        other.incoming.push_back({other.busy_until + quality_.latency, std::move(out->data)});
      });
  }

  template <class Action>
  void with_end(std::size_t i, crdt::peer_handle peer, Action action) {
    for (auto& each : wires_)
      for (auto& end : each->ends)
        if (end.host == i && end.peer == peer) {
          action(*each, end);
          return;
        }
  }

  seeded_random random_;
  net_quality quality_;
  crdt::replica_limits limits_;
  time_point now_ = start;
  std::vector<std::unique_ptr<node>> hosts_;
  std::vector<std::unique_ptr<wire>> wires_;
};

} // namespace warren::test
