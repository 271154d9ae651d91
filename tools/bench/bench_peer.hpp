#pragma once

// What stream_bench and connect_bench share: a process per peer, and one that holds the DHT node they meet at.

#include "actors/config.hpp"
#include "actors/interfaces.hpp"
#include "messages/types.hpp"

#include <functional>

namespace warren::bench {

/// For one of two busy processes that share a machine: actors run on half of the cores, where by default they may use all. More
/// threads than cores take them from each other: with two for each of two processes on two cores, 7 % less goes through a
/// connection (stream_bench bulk: median of nine 1585 MB/s, and 1695 with one each).
struct shared_machine_config : config {
  shared_machine_config();

  /// Returns how many threads run actors.
  static std::size_t workers();
};

/// An actor system with one transport on a loopback port.
struct peer {
  explicit peer(options opts);

  shared_machine_config settings;
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
