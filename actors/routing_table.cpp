#include "actors/routing_table.hpp"

#include "actors/counter_names.hpp"
#include "actors/deadline.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/dht/errc.hpp"
#include "transports/dht/node.hpp"

#include <spdlog/spdlog.h>

namespace warren {

namespace {

// A crash loses at most so much of what was learnt about the network.
constexpr auto save_interval = std::chrono::minutes{5};

/// Returns `settings` with what an earlier run or an earlier incarnation of the actor knew. A table that cannot be used is
/// set aside: the node starts from its bootstrap nodes.
dht::config with_saved(dht::config settings, table_keeper& keeper) {
  auto kept = keeper.load();
  if (kept.empty())
    return settings;
  auto saved = dht::decode_saved_table(kept);
  if (!saved) {
    spdlog::warn("saved DHT table: {}; {}", saved.error().message(), keeper.set_aside());
    return settings;
  }
  settings.saved_id = saved->id;
  settings.saved_nodes = std::move(saved->nodes);
  settings.saved_external = saved->external;
  return settings;
}

struct routing_table_state {
  routing_table_state(
      dht_actor::pointer selfptr, std::shared_ptr<udp_port> port_ptr, dht::config settings,
      std::shared_ptr<table_keeper> table)
      : self{selfptr},
        port{std::move(port_ptr)},
        keeper{std::move(table)},
        node{with_saved(std::move(settings), *keeper), random, selfptr->clock().now()},
        next_save{selfptr->clock().now() + save_interval} {
    // nop
  }

  ~routing_table_state() {
    keeper->store(dht::encode(node.save()));
    // Requesters must not wait for an actor that is gone.
    for (auto& [id, lookup] : lookups)
      lookup.promise.deliver(make_error(errc::network_failed, "the DHT node stopped"));
    for (auto& promise : bootstraps)
      promise.deliver(make_error(errc::network_failed, "the DHT node stopped"));
  }

  dht_actor::behavior_type make_behavior() {
    port->krpc_to(caf::actor_cast<caf::actor>(self));
    node.bootstrap(now());
    drive();
    return {
        [this](const dht_lookup& request) { return look_up(request); },
        [this](get_status) { return status(); },
        [this](const dht_forget& order) {
          forget(dht::info_hash{order.info_hash}, errc::closed_locally, "the topic was left");
          drive();
        },
        [this](dht_bootstrap) { return await_bootstrap(); },
        [this](const packets_arrived& arrived) {
          for (const auto& packet : *arrived.batch)
            node.handle_packet(now(), packet.from, packet.payload);
          drive();
        },
        [this](deadline_reached) {
          wake_up.fired(now());
          node.handle_timeout(now());
          save_when_due();
          drive();
        },
    };
  }

  time_point now() const { return self->clock().now(); }

  void drive() {
    while (auto out = node.poll_transmit())
      port->sender().send(out->to, out->payload);
    while (auto event = node.poll_event())
      std::visit([this](const auto& e) { handle(e); }, *event);
    // What the events caused, such as a lookup that waited for the bootstrap.
    while (auto out = node.poll_transmit())
      port->sender().send(out->to, out->payload);
    wake_up.arm(self, node.poll_timeout());
  }

  void save_when_due() {
    if (now() < next_save)
      return;
    next_save = now() + save_interval;
    keeper->store(dht::encode(node.save()));
  }

  caf::result<dht_summary> look_up(const dht_lookup& request) {
    auto promise = self->make_response_promise<dht_summary>();
    dht::info_hash target{request.info_hash};
    auto id = request.announce ? node.announce(now(), target, request.port, request.port == 0)
                               : node.get_peers(now(), target);
    if (request.announce) {
      // Only the newest announcement of a topic is kept warm.
      forget(target, errc::limit_reached, "a newer announcement of this topic took over");
      warm[target] = id;
    }
    lookups.emplace(id, pending{request.info_hash, request.listener, promise});
    drive();
    return promise;
  }

  /// Ends our announcement of `target`. A cancelled lookup says nothing more, so whoever still waits for it is answered here.
  void forget(const dht::info_hash& target, errc why, const char* detail) {
    auto earlier = warm.extract(target);
    if (earlier.empty())
      return;
    node.cancel(earlier.mapped());
    if (auto waiting = lookups.extract(earlier.mapped()); !waiting.empty())
      waiting.mapped().promise.deliver(make_error(why, detail));
  }

  caf::result<std::uint64_t> await_bootstrap() {
    auto promise = self->make_response_promise<std::uint64_t>();
    if (!node.stats().bootstrapping)
      promise.deliver(std::uint64_t{node.stats().nodes});
    else
      bootstraps.push_back(promise);
    return promise;
  }

  void handle(const dht::peers_found& found) {
    auto lookup = lookups.find(found.lookup);
    if (lookup != lookups.end() && lookup->second.listener)
      act::mail(self, dht_peers{lookup->second.info_hash, found.peers}).send(lookup->second.listener);
  }

  void handle(const dht::lookup_done& done) {
    auto lookup = lookups.extract(done.lookup);
    if (lookup.empty())
      return;
    if (done.why == dht::errc::too_many_lookups)
      lookup.mapped().promise.deliver(make_error(errc::limit_reached, done.why.message()));
    else if (done.why && done.peers == 0)
      lookup.mapped().promise.deliver(make_error(errc::network_failed, done.why.message()));
    else
      lookup.mapped().promise.deliver(dht_summary{done.peers, done.queries, done.hops, done.announced_to});
  }

  void handle(const dht::bootstrapped& done) {
    for (auto& promise : bootstraps)
      promise.deliver(std::uint64_t{done.nodes});
    bootstraps.clear();
  }

  void handle(const dht::external_address&) {
    // Read from stats() when somebody asks.
  }

  /// Items, peer records and rendezvous, which nobody can ask this actor for.
  template <class Event>
  void handle(const Event&) {
    // nop
  }

  dht_status status() const {
    auto stats = node.stats();
    dht_status result;
    result.node_id = stats.id.octets;
    result.nodes = stats.nodes;
    if (stats.external)
      result.external = to_string(*stats.external);
    result.state = chunk{dht::encode(node.save())};
    count_refusals(result.counters, node.counters());
    return result;
  }

  struct pending {
    std::array<std::byte, 20> info_hash;
    caf::actor listener;
    caf::typed_response_promise<dht_summary> promise;
  };

  dht_actor::pointer self;
  std::shared_ptr<udp_port> port;
  std::shared_ptr<table_keeper> keeper;
  crypto::system_random random;
  dht::node node;
  std::map<dht::lookup_id, pending> lookups; // bounded by dht::config::max_lookups
  std::map<dht::info_hash, dht::lookup_id> warm;
  std::vector<caf::typed_response_promise<std::uint64_t>> bootstraps;
  time_point next_save;
  deadline wake_up;
};

} // namespace

dht_actor spawn_routing_table(
    caf::actor_system& system, std::shared_ptr<udp_port> port, dht::config settings,
    std::shared_ptr<table_keeper> keeper) {
  return act::spawn<routing_table_state>(system, std::move(port), std::move(settings), std::move(keeper));
}

} // namespace warren
