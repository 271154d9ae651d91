#pragma once

// What stream_bench and connect_bench share: a process per peer, and one that holds the DHT node they meet at.

#include "actors/config.hpp"
#include "actors/interfaces.hpp"
#include "messages/types.hpp"

#include <functional>

namespace warren::bench {

/// The machine is shared by two processes that are busy, so that each runs its actors on half of the cores. More threads than
/// cores take them from each other: with two for each of two processes on two cores, 7 % less goes through a connection.
struct half_of_the_machine : config {
  half_of_the_machine();
};

/// An actor system with one transport on a loopback port, as a program would make it.
struct peer {
  explicit peer(options opts);

  half_of_the_machine settings;
  caf::actor_system system;
  transport_actor transport;
};

/// Starts a peer that lives as long as its process.
peer& start_peer(options opts);

/// Options of a transport on loopback that meets others at `bootstrap` alone.
options options_at(const endpoint& bootstrap);

/// What a process of its own does, given the address of the DHT node. Returns its exit status.
using role = std::function<int(const endpoint& bootstrap)>;

/// Runs each of `roles` in a process of its own, with a DHT node of the network beside them in this one, until the first
/// role ends; then the others are killed. Returns the status of the first. All are killed after `most_seconds`. Must be
/// called before any thread is started.
int run_roles(const std::vector<role>& roles, unsigned most_seconds);

/// Returns the value below which `share` of `values` lie.
double percentile(std::vector<double> values, double share);

} // namespace warren::bench
