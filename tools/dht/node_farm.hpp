#pragma once

#include "tools/dht/node_group.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/dht/saved_table.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace warren::program {

/// Node groups, each on a thread of its own, with their nodes dealt out in turn. For one caller thread.
class node_farm {
public:
  /// Starts `threads` threads, one at least.
  explicit node_farm(std::size_t threads);

  /// Stops the threads. The nodes end with them.
  ~node_farm();

  node_farm(const node_farm&) = delete;
  node_farm& operator=(const node_farm&) = delete;

  /// What a node says of itself.
  struct report {
    endpoint local;
    dht::saved_table table;
  };

  /// Binds another node and lets it bootstrap; returns where it is bound, or why it cannot be.
  result<endpoint> add(const endpoint& bind, dht::config settings);

  /// Waits until at most `most` of the nodes have not come to the end of a first bootstrap, but not longer than `patience`.
  void await_bootstrap(std::size_t most, std::chrono::milliseconds patience) const;

  std::size_t size() const noexcept { return size_; }

  /// Tells node `index` of nodes of the other family (dht::node::set_other_family).
  void set_other_family(std::size_t index, std::vector<dht::node_info> nodes);

  /// Returns the state of all nodes, in the order they were added.
  std::vector<report> reports();

private:
  struct member {
    member();

    crypto::system_random random;
    std::vector<bool> up;                     // by node: one may bootstrap again; of the member's thread
    std::atomic<std::size_t> bootstrapped{0}; // nodes that are up
    node_group group;
    std::thread thread;
  };

  /// Runs `what` on the member's thread and returns what it returns.
  template <class Function>
  static auto on_thread(member& where, Function what);

  std::size_t size_ = 0;
  std::vector<std::unique_ptr<member>> members_;
};

} // namespace warren::program
