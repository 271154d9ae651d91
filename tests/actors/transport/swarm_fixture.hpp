#pragma once

#include "actors/routing_table.hpp"
#include "actors/supervisor.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/actor_network.hpp"
#include "transports/crypto/system_random.hpp"

#include <caf/actor_registry.hpp>

namespace warren::test {

using namespace std::chrono_literals;

inline const auto garden = topic::of("garden");

/// A few transports (mode hyperswarm) on a simulated network with one DHT node to meet at.
struct swarm_fixture : actor_fixture {
  using subscriber_log = actor_fixture::recorder<connected, chunk_received, peer_finished, closed>;

  struct node {
    endpoint where;
    transport_actor transport;
    subscriber_log subscriber;
    recorder<swarm_event> events;
  };

  swarm_fixture() {
    dht::config settings;
    settings.allow_same_ip = true;
    track(spawn_routing_table(sys, network.make_port(bootstrap), settings, std::make_shared<table_keeper>()));
  }

  ~swarm_fixture() {
    kill_tracked(); // they still send as they go, into the network
  }

  static endpoint at(std::uint16_t port) { return {*ip_address::parse("127.0.0.1"), port}; }

  std::shared_ptr<const crypto::identity> make_identity() {
    crypto::system_random random;
    return std::make_shared<const crypto::identity>(crypto::identity::generate(random));
  }

  supervisor_setup setup_at(std::uint16_t port) {
    supervisor_setup setup;
    setup.opts.mode = transport_mode::hyperswarm;
    setup.opts.bind = at(port);
    setup.opts.bootstrap = {bootstrap};
    setup.identity = make_identity();
    setup.instance = port;
    setup.port = network.make_port(at(port));
    setup.dht_table = std::make_shared<table_keeper>();
    setup.spawn_link = [](const std::string&, const caf::actor&) -> caf::expected<caf::actor> {
      return make_error(errc::relay_unreachable, "no relay in this test");
    };
    return setup;
  }

  node start(supervisor_setup setup) {
    node result{
        setup.opts.bind,
        {},
        record<connected, chunk_received, peer_finished, closed>(),
        record<swarm_event>()};
    result.transport = track(spawn_supervisor(sys, std::move(setup)));
    act::anon_mail(watch_events{result.events.handle}).send(result.transport);
    return result;
  }

  node start(std::uint16_t port) { return start(setup_at(port)); }

  void join(const node& n, const topic& on = garden, std::string secret = {}) {
    act::anon_mail(connect_topic{on, secret_bytes{secret}, n.subscriber.handle}).send(n.transport);
  }

  /// Lets time pass on the actors' clock and the network.
  void pass(std::chrono::nanoseconds by) {
    advance_with(by, [this] { return network.deliver(); });
  }

  /// Asks `to` and returns the answer; fails the test when there is none.
  template <class Response, class Handle, class Request>
  Response ask(const Handle& to, Request request) {
    auto answer = std::make_shared<std::optional<Response>>();
    auto asker = spawn_function([=](caf::event_based_actor* self) {
      self->request(to, caf::infinite, request)
          .then(
              [=](const Response& r) { *answer = r; }, [](const caf::error& e) { BOOST_ERROR(describe(e)); });
    });
    pass(0s);
    BOOST_REQUIRE_MESSAGE(answer->has_value(), "no answer");
    return **answer;
  }

  /// Sends a request that returns nothing and returns how it ended; empty when it is not answered yet.
  template <class Handle, class Request>
  std::shared_ptr<std::optional<caf::error>> attempt(const Handle& to, Request request) {
    auto answer = std::make_shared<std::optional<caf::error>>();
    spawn_function([=](caf::event_based_actor* self) {
      self->request(to, caf::infinite, request)
          .then([=] { *answer = caf::error{}; }, [=](const caf::error& e) { *answer = e; });
    });
    pass(0s);
    return answer;
  }

  /// Looks `on` up and returns how it ended, an empty error for success; empty when it is not answered yet.
  std::shared_ptr<std::optional<caf::error>> attempt_lookup(const transport_actor& to, const topic& on) {
    auto answer = std::make_shared<std::optional<caf::error>>();
    spawn_function([=](caf::event_based_actor* self) {
      self->request(to, caf::infinite, lookup_topic{on})
          .then(
              [=](const std::vector<peer_info>&) { *answer = caf::error{}; },
              [=](const caf::error& e) { *answer = e; });
    });
    pass(0s);
    return answer;
  }

  actor_network network;
  endpoint bootstrap = at(1);
};

} // namespace warren::test
