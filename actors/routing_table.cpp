#include "actors/routing_table.hpp"

#include "actors/counter_names.hpp"
#include "actors/deadline.hpp"
#include "actors/dht_settings.hpp"
#include "actors/send_all.hpp"
#include "transports/crypto/system_random.hpp"
#include "transports/dht/errc.hpp"
#include "transports/dht/node.hpp"
#include "transports/dht/peer_record.hpp"
#include "transports/dht/renewals.hpp"
#include "transports/dht/save_schedule.hpp"
#include "transports/net/own_addresses.hpp"

#include <algorithm>
#include <set>

namespace warren {

namespace {

/// Others forget an announcement after half an hour (BEP 5 leaves it open; Mainline's habit).
constexpr auto announce_again = std::chrono::minutes{15};

/// An announcement that nobody took is tried again after so long.
constexpr auto announce_retry = std::chrono::minutes{1};

dht::config with_saved(dht::config settings, table_keeper& keeper) {
  restore_table(settings, keeper);
  return settings;
}

/// Returns where the socket at `local` is on this host: at every address of its family when it is bound to all.
std::vector<endpoint> own_endpoints(const endpoint& local) {
  if (!local.address.is_unspecified())
    return {local};
  std::vector<endpoint> result;
  for (const auto& address : net::own_addresses())
    if (address.family() == local.address.family())
      result.push_back({address, local.port});
  return result;
}

struct routing_table_state {
  routing_table_state(
      dht_actor::pointer selfptr, std::shared_ptr<udp_port> port_ptr, dht::config settings,
      std::shared_ptr<table_keeper> table, std::shared_ptr<const crypto::identity> signer)
      : self{selfptr},
        port{std::move(port_ptr)},
        keeper{std::move(table)},
        identity{std::move(signer)},
        node{with_saved(std::move(settings), *keeper), random, selfptr->clock().now()},
        saving{selfptr->clock().now()} {
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
          forget(dht::info_hash{order.info_hash});
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
          announce_due();
          if (saving.due(now()))
            save();
          drive();
        },
    };
  }

  time_point now() const { return self->clock().now(); }

  void drive() {
    for (auto busy = true; busy;) {
      busy = false;
      send_all(port->sender(), node);
      for (; auto event = node.poll_event(); busy = true)
        std::visit([this](const auto& e) { handle(e); }, *event);
    }
    auto due = saving.next();
    for (auto when : {node.poll_timeout(), due_again.poll_timeout()})
      due = when ? std::min(due, *when) : due;
    wake_up.arm(self, due);
  }

  void save() {
    keeper->store(dht::encode(node.save()));
    saving.saved(now());
  }

  // -- lookups --------------------------------------------------------------------------------------------------------

  struct pending {
    std::array<std::byte, 20> info_hash;
    caf::actor listener;
    caf::typed_response_promise<dht_summary> promise;
    std::map<endpoint, peer_id> ids{};  // from records; as many as the search looks at
    std::set<endpoint> told_nameless{}; // bounded by dht::config::max_lookup_peers
  };

  caf::result<dht_summary> look_up(const dht_lookup& request) {
    auto promise = self->make_response_promise<dht_summary>();
    dht::info_hash target{request.info_hash};
    dht::lookup_id id;
    if (request.announce) {
      auto& ours = announced[target];
      ours.port = request.port;
      id = announce(target, ours);
    } else {
      id = node.get_peers(now(), target);
    }
    lookups.emplace(id, pending{request.info_hash, request.listener, promise});
    drive();
    return promise;
  }

  /// Answers whoever waits for a lookup that is cancelled and so says nothing more.
  void fail(dht::lookup_id lookup, errc why, const char* detail) {
    if (auto waiting = lookups.extract(lookup); !waiting.empty())
      waiting.mapped().promise.deliver(make_error(why, detail));
  }

  void handle(const dht::records_found& found) {
    auto lookup = lookups.find(found.lookup);
    if (lookup == lookups.end())
      return;
    auto& asked = lookup->second;
    dht_peers named{asked.info_hash, {}};
    for (const auto& [record, where] : found.records)
      if (asked.ids.emplace(where, record.peer).second && asked.told_nameless.erase(where) > 0)
        named.peers.push_back({where, record.peer});
    tell(asked, std::move(named));
  }

  void handle(const dht::peers_found& found) {
    auto lookup = lookups.find(found.lookup);
    if (lookup == lookups.end())
      return;
    auto& asked = lookup->second;
    dht_peers fresh{asked.info_hash, {}};
    for (const auto& where : found.peers) {
      auto id = asked.ids.find(where);
      if (id == asked.ids.end()) {
        asked.told_nameless.insert(where);
        fresh.peers.push_back({where});
      } else {
        fresh.peers.push_back({where, id->second});
      }
    }
    tell(asked, std::move(fresh));
  }

  void tell(const pending& asked, dht_peers found) {
    if (asked.listener && !found.peers.empty())
      act::mail(self, std::move(found)).send(asked.listener);
  }

  void handle(const dht::lookup_done& done) {
    settle_announcement(done);
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

  // -- announcements --------------------------------------------------------------------------------------------------

  /// A topic that we are on. The nodes that took the last announcement are kept warm until others have taken a newer one.
  struct announcement {
    std::uint16_t port = 0; // 0: the one that others see
    std::optional<dht::lookup_id> standing;
    std::optional<dht::lookup_id> running;
    bool moved = false;            // our address changed while it was running
    std::uint64_t record_time = 0; // of the last record signed
  };

  /// Announces again what is due. What is being announced already is left to that, since somebody may wait for it; should
  /// nobody take it, it comes again.
  void announce_due() {
    for (const auto& target : due_again.due(now()))
      if (auto& ours = announced.at(target); !ours.running)
        announce(target, ours);
  }

  dht::lookup_id announce(const dht::info_hash& target, announcement& ours) {
    if (ours.running) {
      node.cancel(*ours.running);
      fail(*ours.running, errc::limit_reached, "a newer announcement of this topic took over");
    }
    ours.moved = false;
    ours.running = node.announce(now(), target, ours.port, ours.port == 0, record_for(target, ours));
    return *ours.running;
  }

  void settle_announcement(const dht::lookup_done& done) {
    auto ours = std::find_if(announced.begin(), announced.end(), [&](const auto& entry) {
      return entry.second.running == done.lookup;
    });
    if (ours == announced.end())
      return;
    auto& [target, state] = *ours;
    state.running.reset();
    if (done.announced_to == 0) {
      due_again.failed(now(), target);
      return;
    }
    if (state.standing)
      node.cancel(*state.standing);
    state.standing = done.lookup;
    if (state.moved)
      due_again.failed(now(), target); // some may have been told where we were before
    else
      due_again.told(now(), target);
  }

  void forget(const dht::info_hash& target) {
    auto ours = announced.extract(target);
    if (ours.empty())
      return;
    due_again.remove(target);
    if (ours.mapped().standing)
      node.cancel(*ours.mapped().standing);
    if (auto running = ours.mapped().running) {
      node.cancel(*running);
      fail(*running, errc::closed_locally, "the topic was left");
    }
  }

  /// Returns our signed record for `target`, newer than the last one of it; empty without an identity.
  bytes record_for(const dht::info_hash& target, announcement& ours) {
    if (!identity)
      return {};
    auto own = own_endpoints(port->local());
    node.set_own_endpoints(own);
    auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    ours.record_time = std::max(ours.record_time + 1, static_cast<std::uint64_t>(seconds.count()));
    dht::peer_record record;
    record.nat = node.stats().mapping.kind;
    record.time = ours.record_time;
    for (const auto& where : own)
      if (where.address.is_private())
        record.lan.push_back(where);
    return dht::sign_peer_record(*identity, target, record);
  }

  void handle(const dht::external_address& seen) {
    // What was announced before leads to where we are not any more.
    if (external && external != seen.where) {
      due_again.hasten(now());
      for (auto& [target, ours] : announced)
        ours.moved = ours.running.has_value();
    }
    external = seen.where;
  }

  // -- the rest -------------------------------------------------------------------------------------------------------

  caf::result<std::uint64_t> await_bootstrap() {
    auto promise = self->make_response_promise<std::uint64_t>();
    if (!node.stats().bootstrapping)
      promise.deliver(std::uint64_t{node.stats().nodes});
    else
      bootstraps.push_back(promise);
    return promise;
  }

  void handle(const dht::bootstrapped& done) {
    for (auto& promise : bootstraps)
      promise.deliver(std::uint64_t{done.nodes});
    bootstraps.clear();
  }

  /// Items and rendezvous, which nobody can ask this actor for.
  template <class Event>
  void handle(const Event&) {
    // nop
  }

  dht_status status() {
    node.set_own_endpoints(own_endpoints(port->local()));
    auto stats = node.stats();
    dht_status result;
    result.node_id = stats.id.octets;
    result.nodes = stats.nodes;
    if (stats.external)
      result.external = to_string(*stats.external);
    result.nat = to_string(stats.mapping.kind);
    result.mapping = stats.mapping.behaviour;
    for (const auto& [observer, seen] : node.observations())
      result.observations.push_back({observer, seen});
    result.state = chunk{dht::encode(node.save())};
    count_refusals(result.counters, node.counters());
    if (auto n = keeper->failed_writes())
      result.counters["dht.table_not_saved"] = n;
    return result;
  }

  dht_actor::pointer self;
  std::shared_ptr<udp_port> port;
  std::shared_ptr<table_keeper> keeper;
  std::shared_ptr<const crypto::identity> identity;
  crypto::system_random random;
  dht::node node;
  std::map<dht::lookup_id, pending> lookups; // bounded by dht::config::max_lookups
  std::map<dht::info_hash, announcement> announced;
  dht::renewals<dht::info_hash> due_again{announce_again, announce_retry};
  std::optional<endpoint> external;
  std::vector<caf::typed_response_promise<std::uint64_t>> bootstraps;
  dht::save_schedule saving;
  deadline wake_up;
};

} // namespace

dht_actor spawn_routing_table(
    caf::actor_system& system, std::shared_ptr<udp_port> port, dht::config settings,
    std::shared_ptr<table_keeper> keeper, std::shared_ptr<const crypto::identity> identity) {
  return act::spawn<routing_table_state>(
      system, std::move(port), std::move(settings), std::move(keeper), std::move(identity));
}

} // namespace warren
