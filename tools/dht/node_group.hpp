#pragma once

#include "messages/random_source.hpp"
#include "transports/dht/node.hpp"
#include "transports/net/machine_port.hpp"

#include <deque>

namespace warren::program {

/// Many DHT nodes on one thread, each on a socket of its own. They share the thread, the receive buffers and the list of
/// deadlines, and take no actor, so that a node costs little more than its routing table. To use several cores, make a
/// group for each thread. Everything but loop().post() and loop().stop() belongs to the thread that runs loop().
class node_group {
public:
  using event_handler = std::function<void(std::size_t node, time_point now, dht::event what)>;

  /// `random` must outlive this.
  explicit node_group(random_source& random, event_handler on_event = {});

  /// Binds another node and lets it bootstrap; returns its number, or why it cannot be bound.
  result<std::size_t> add(const endpoint& bind, dht::config settings);

  std::size_t size() const noexcept { return members_.size(); }

  const endpoint& local(std::size_t node) const { return members_[node].port->local(); }

  const dht::node& node(std::size_t node) const { return members_[node].machine; }

  /// Gives `command` the node, and sends what comes of it.
  template <class Command>
  auto with(std::size_t node, Command command) {
    auto now = std::chrono::steady_clock::now();
    auto result = command(members_[node].machine, now);
    members_[node].port->drive(now);
    return result;
  }

  net::udp_loop& loop() noexcept { return loop_; }

private:
  struct member {
    member(dht::config settings, random_source& random)
        : machine{std::move(settings), random, std::chrono::steady_clock::now()} {}

    dht::node machine;
    std::optional<net::machine_port<dht::node>> port; // last: it uses the machine
  };

  random_source& random_;
  event_handler on_event_;
  net::udp_loop loop_;
  std::deque<member> members_; // after the loop that their ports leave
};

} // namespace warren::program
