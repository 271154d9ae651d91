#pragma once

#include "messages/krpc.hpp"
#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/node.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>

namespace warren::test {

inline const dht::info_hash topic{id_of({0x80}).octets};

/// A query of the node 0x11 about `topic`.
inline krpc::query query_of(krpc::method method) {
  krpc::query result;
  result.method = method;
  result.id = id_of({0x11});
  result.target = topic.target();
  return result;
}

/// A node and everything around it, by hand.
struct bench {
  explicit bench(dht::config how = {}) : machine{std::move(how), random, start} {}

  static dht::config with_bootstrap(std::initializer_list<std::size_t> nodes) {
    dht::config how;
    for (auto i : nodes)
      how.bootstrap.push_back(endpoint_of(i));
    return how;
  }

  void receive(const endpoint& from, const krpc::message& message) {
    machine.handle_packet(now, from, krpc::encode(message));
  }

  void receive_text(const endpoint& from, std::string_view datagram) {
    machine.handle_packet(now, from, as_byte_view(datagram));
  }

  /// Sends a query of `from` and returns the reply; nothing when there was none.
  std::optional<warren::transmit> ask(
      const endpoint& from, const krpc::query& query, bool read_only = false) {
    receive(from, {as_byte_view("tx"), query, read_only, {}, {}});
    while (auto out = machine.poll_transmit())
      if (out->to == from && krpc::decode(out->payload)->transaction.size() == 2)
        return out;
    return std::nullopt;
  }

  /// Returns all queries that are to be sent, by receiver.
  std::vector<std::pair<endpoint, bytes>> queries() {
    std::vector<std::pair<endpoint, bytes>> result;
    while (auto out = machine.poll_transmit())
      if (std::holds_alternative<krpc::query>(krpc::decode(out->payload)->body))
        result.emplace_back(out->to, out->payload);
    return result;
  }

  /// Answers the query in `datagram` as `id`, after 10 ms.
  void answer(
      const std::pair<endpoint, bytes>& query, const dht::node_id& id, krpc::response response = {},
      std::optional<endpoint> ip = {}) {
    now += std::chrono::milliseconds{10};
    response.id = id;
    receive(query.first, {krpc::decode(query.second)->transaction, response, false, ip, {}});
  }

  /// Lets the time pass, waking the machine at each deadline.
  void pass(warren::duration how_long) {
    auto until = now + how_long;
    for (int steps = 0; *machine.poll_timeout() <= until; ++steps) {
      BOOST_REQUIRE(steps < 10'000);
      now = std::max(now, *machine.poll_timeout());
      machine.handle_timeout(now);
    }
    now = until;
  }

  template <class T>
  std::vector<T> events() {
    std::vector<T> result;
    while (auto what = machine.poll_event())
      if (auto wanted = std::get_if<T>(&*what))
        result.push_back(*wanted);
    return result;
  }

  /// Puts a node into the table: it asks, is pinged, and answers.
  void befriend(const dht::node_id& id, const endpoint& where) {
    krpc::query ping;
    ping.id = id;
    receive(where, {as_byte_view("tx"), ping, false, {}, {}});
    for (const auto& query : queries())
      if (query.first == where)
        answer(query, id);
  }

  seeded_random random{77};
  time_point now = start;
  dht::node machine;
};

/// Some nodes that hear each other at once. Node i is at endpoint_of(i + 1), and node 0 is the bootstrap node of the
/// others.
struct node_group {
  explicit node_group(std::size_t size, dht::config how = {}) {
    for (std::size_t i = 0; i < size; ++i) {
      if (i == 1)
        how.bootstrap = {where(0)};
      nodes.push_back(std::make_unique<dht::node>(how, random, now));
    }
    for (auto& node : nodes) {
      node->bootstrap(now);
      deliver();
    }
    pass(std::chrono::minutes{1});
  }

  static endpoint where(std::size_t i) { return endpoint_of(i + 1); }

  dht::node& operator[](std::size_t i) { return *nodes[i]; }

  /// Carries datagrams until nobody has anything to say.
  void deliver() {
    for (int steps = 0;; ++steps) {
      BOOST_REQUIRE(steps < 10'000);
      bool any = false;
      for (std::size_t i = 0; i < nodes.size(); ++i)
        while (auto out = nodes[i]->poll_transmit()) {
          any = true;
          for (std::size_t j = 0; j < nodes.size(); ++j)
            if (where(j) == out->to && !silent[j])
              nodes[j]->handle_packet(now, where(i), out->payload);
        }
      if (!any)
        return;
    }
  }

  void pass(duration how_long) {
    auto until = now + how_long;
    deliver();
    for (int steps = 0; steps < 10'000; ++steps) {
      auto next = until;
      for (auto& node : nodes)
        next = std::min(next, *node->poll_timeout());
      if (next >= until)
        break;
      now = std::max(now, next);
      for (auto& node : nodes)
        node->handle_timeout(now);
      deliver();
    }
    now = until;
  }

  /// Returns what node `i` reported, and forgets the rest.
  template <class T>
  std::vector<T> events(std::size_t i) {
    std::vector<T> result;
    while (auto what = nodes[i]->poll_event())
      if (auto wanted = std::get_if<T>(&*what))
        result.push_back(*wanted);
    return result;
  }

  seeded_random random{78};
  time_point now = start;
  std::vector<std::unique_ptr<dht::node>> nodes;
  std::map<std::size_t, bool> silent;
};

} // namespace warren::test
