#pragma once

// The one interface of every transport: hyperswarm, relay, disabled, auto.

#include "messages/connection.hpp"
#include "messages/secret_bytes.hpp"

#include <map>

namespace warren {

/// A secret travels to other nodes of a cluster, whose links are to be trusted, but is printed by nobody.
template <class Inspector>
auto inspect(Inspector& f, secret_bytes& x) {
  auto wipe_and_free = [](std::vector<char>* octets) {
    wipe(std::as_writable_bytes(std::span{*octets}));
    delete octets;
  };
  auto view = as_text(x.view());
  auto wire =
      std::shared_ptr<std::vector<char>>{new std::vector<char>(view.begin(), view.end()), wipe_and_free};
  auto load = [&x, wire]() -> caf::error {
    x = secret_bytes{std::string_view{wire->data(), wire->size()}};
    return caf::none;
  };
  return f(caf::meta::type_name("warren::secret_bytes"), *wire, caf::meta::load_callback(load));
}

/// Joins a topic: `subscriber` gets `connected` for every peer found on it, now and later, until leave_topic, disconnect
/// or its own end. Also announces. Fails with errc::already_joined, errc::local_only, errc::limit_reached.
/// `secret` is the database secret or empty; it never leaves the process but as proofs.
struct connect_topic {
  topic on;
  secret_bytes secret;
  caf::actor subscriber;
};

template <class Inspector>
auto inspect(Inspector& f, connect_topic& x) {
  return act::object(
      f, x, "warren::connect_topic", act::field("on", x.on), act::field("secret", x.secret),
      act::field("subscriber", x.subscriber));
}

/// Leaves a topic: its channels close, announcing stops. Fails with errc::not_joined.
struct leave_topic {
  topic on;
};

template <class Inspector>
auto inspect(Inspector& f, leave_topic& x) {
  return act::object(f, x, "warren::leave_topic", act::field("on", x.on));
}

/// Makes this peer findable on the topic until leave_topic or disconnect, without dialling anyone.
struct announce_topic {
  topic on;
};

template <class Inspector>
auto inspect(Inspector& f, announce_topic& x) {
  return act::object(f, x, "warren::announce_topic", act::field("on", x.on));
}

/// Returns who is on the topic now, own entry excluded: peers connected on it, guests of relays, and addresses that the DHT
/// has. Fails with errc::network_failed when nobody is known and no DHT node answered.
struct lookup_topic {
  topic on;
};

template <class Inspector>
auto inspect(Inspector& f, lookup_topic& x) {
  return act::object(f, x, "warren::lookup_topic", act::field("on", x.on));
}

/// Leaves every topic and closes every connection; the transport can be used again afterwards. Answered when all that was written
/// has been acknowledged; fails with errc::timed_out naming the peers that may have missed something. A connection is cut whose
/// peer says nothing for options::shutdown_timeout (5 s; twice that, up to 20 s, where it lacks something and there is no path), or
/// with which nothing gets on for 20 s (after 10 s the unsent is dropped), and any after 2 min.
struct disconnect {};

template <class Inspector>
auto inspect(Inspector& f, disconnect& x) {
  return act::object(f, x, "warren::disconnect");
}

/// Returns "hyperswarm", "relay", "disabled" or "auto".
struct get_name {};

template <class Inspector>
auto inspect(Inspector& f, get_name& x) {
  return act::object(f, x, "warren::get_name");
}

/// From now on `watcher` gets a swarm_event for everything the transport decides or observes.
struct watch_events {
  caf::actor watcher;
};

template <class Inspector>
auto inspect(Inspector& f, watch_events& x) {
  return act::object(f, x, "warren::watch_events", act::field("watcher", x.watcher));
}

/// Something a person may want to know. `kind` is one of: peer_connected, peer_closed, peer_refused, identity_conflict,
/// dial_failed, relay_state, dht_bootstrapped, child_restarted.
struct swarm_event {
  std::string kind;
  peer_info peer;
  std::string reason;
};

template <class Inspector>
auto inspect(Inspector& f, swarm_event& x) {
  return act::object(
      f, x, "warren::swarm_event", act::field("kind", x.kind), act::field("peer", x.peer),
      act::field("reason", x.reason));
}

struct relay_status {
  std::string url;
  std::string state; // "connecting", "connected", "backoff"
};

template <class Inspector>
auto inspect(Inspector& f, relay_status& x) {
  return act::object(f, x, "warren::relay_status", act::field("url", x.url), act::field("state", x.state));
}

/// `counters`: refused input and failures by stable name ("dial.bad_cookie", "session.tampered_record", ...); a name is
/// present once it was counted.
struct transport_status {
  std::string id;                     // own peer id, z-base-32
  std::string name;                   // as get_name
  std::vector<std::string> addresses; // UDP addresses really bound
  std::vector<connection_status> peers;
  std::uint64_t dht_nodes = 0;
  std::string dht_external;        // "ip:port" as others see us, or empty
  std::string dht_nat = "unknown"; // "open", "consistent", "random": how the NAT before us maps our port
  std::vector<relay_status> relays;
  std::map<std::string, std::uint64_t> counters;
};

template <class Inspector>
auto inspect(Inspector& f, transport_status& x) {
  return act::object(
      f, x, "warren::transport_status", act::field("id", x.id), act::field("name", x.name),
      act::field("addresses", x.addresses), act::field("peers", x.peers),
      act::field("dht_nodes", x.dht_nodes), act::field("dht_external", x.dht_external), act::field("dht_nat", x.dht_nat),
      act::field("relays", x.relays), act::field("counters", x.counters));
}

using transport_actor = act::typed_actor<
    caf::result<void>(connect_topic), caf::result<void>(leave_topic), caf::result<void>(announce_topic),
    caf::result<std::vector<peer_info>>(lookup_topic), caf::result<void>(disconnect),
    caf::result<std::string>(get_name), caf::result<transport_status>(get_status),
    caf::result<void>(watch_events)>;

} // namespace warren
