#pragma once

#include "actors/supervisor.hpp"
#include "tests/actors/relay/relay_world.hpp"
#include "tests/actors/transport/state_of.hpp"
#include "tests/support/actor_network.hpp"

namespace warren::test {

inline const auto garden = topic::of("garden");

/// Transports that meet at a relay in memory, and, if a test wants it, on a simulated UDP network.
struct relay_mode_fixture : relay_world {
  struct node {
    transport_actor transport;
    recorder<connected, chunk_received, peer_finished, path_changed, closed> subscriber;
  };

  ~relay_mode_fixture() { kill_tracked(); }

  node start(std::uint8_t number, transport_mode mode) {
    supervisor_setup setup;
    setup.opts.mode = mode;
    if (mode != transport_mode::hyperswarm)
      setup.opts.relay_urls = {"ws://relay.test:443"};
    setup.identity = std::make_shared<const crypto::identity>(identity(number));
    setup.instance = number;
    setup.dht_table = std::make_shared<table_keeper>();
    if (mode != transport_mode::relay) {
      setup.opts.bind = at(number);
      setup.opts.bootstrap = {at(1)};
      setup.port = network.make_port(setup.opts.bind);
      auto own_address = [this, number] {
        auto other = sources.find(number);
        return other == sources.end() ? at(number).address : other->second;
      };
      setup.source_towards = [own_address](const endpoint&) { return own_address(); };
      setup.whereabouts = [own_address] { return std::vector<ip_address>{own_address()}; };
    }
    setup.spawn_link = [this, self = setup.identity](const std::string& url, const caf::actor& supervisor) {
      relay_link_config config;
      config.url = url;
      config.identity = self;
      config.random = random;
      config.dial = [this](net::websocket_handlers handlers) { return wires.dial(std::move(handlers)); };
      return spawn_relay_link(sys, std::move(config), supervisor);
    };
    node result{
        track(spawn_supervisor(sys, std::move(setup))),
        record<connected, chunk_received, peer_finished, path_changed, closed>()};
    act::anon_mail(connect_topic{garden, {}, result.subscriber.handle}).send(result.transport);
    return result;
  }

  static endpoint at(std::uint8_t number) { return {*ip_address::parse("127.0.0.1"), number}; }

  /// Moves the node to another address; nobody is told.
  void move(std::uint8_t number, const endpoint& to) {
    network.move(at(number), to);
    sources[number] = to.address;
  }

  void elapse(std::chrono::nanoseconds time) {
    advance_with(time, [this] { return network.deliver() || wires.step(); });
  }

  /// How `n` reaches its only peer, as its consumer was told last.
  path_kind path_of(const node& n) {
    const auto& changes = n.subscriber.all<path_changed>();
    return changes.empty() ? n.subscriber.all<connected>().back().peer.path : changes.back().peer.path;
  }

  void say(const connected& from, const connected& to, bytes what) {
    act::anon_mail(grant_credit{to.key.channel, 1 << 30}).send(to.connection);
    act::anon_mail(write_chunk{from.key.channel, chunk{std::move(what)}}).send(from.connection);
  }

  actor_network network;
  std::map<std::uint8_t, ip_address> sources; // of nodes that moved
};

} // namespace warren::test
