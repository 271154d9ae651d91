#pragma once

// What is said to a database's replicator (crdt_bridge/replicator.hpp).

#include "messages/pipes.hpp"
#include "messages/transport.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace warren {

namespace crdt {
struct change_set;
}

/// Merges the fields of `fields_json`, one JSON object of field -> value (null, boolean, number, string or link
/// {"#": soul}), into node `soul`, all with one state of the local clock. Answered when it is on disk. A null deletes.
/// Fails with errc::invalid_item (nothing is changed then) or errc::storage_failed.
struct put_fields {
  std::string soul;
  std::string fields_json;
};

template <class Inspector>
auto inspect(Inspector& f, put_fields& x) {
  return act::object(
      f, x, "warren::put_fields", act::field("soul", x.soul), act::field("fields_json", x.fields_json));
}

/// Returns node `soul`; errc::not_found when it has no field that is not null.
struct get_node {
  std::string soul;
};

template <class Inspector>
auto inspect(Inspector& f, get_node& x) {
  return act::object(f, x, "warren::get_node", act::field("soul", x.soul));
}

/// A node as JSON objects: field -> value (nulls included as tombstones in exports, left out in get_node's reply) and
/// field -> state (milliseconds since the epoch).
struct node_value {
  std::string soul;
  std::string fields_json;
  std::string states_json;
};

template <class Inspector>
auto inspect(Inspector& f, node_value& x) {
  return act::object(
      f, x, "warren::node_value", act::field("soul", x.soul), act::field("fields_json", x.fields_json),
      act::field("states_json", x.states_json));
}

/// Returns up to `limit` nodes (1 to 1000) with souls greater than `after`, in byte order of souls.
struct export_nodes {
  std::string after;
  std::uint32_t limit = 0;
};

template <class Inspector>
auto inspect(Inspector& f, export_nodes& x) {
  return act::object(
      f, x, "warren::export_nodes", act::field("after", x.after), act::field("limit", x.limit));
}

struct node_page {
  std::vector<node_value> nodes;
  bool last = false;
};

template <class Inspector>
auto inspect(Inspector& f, node_page& x) {
  return act::object(f, x, "warren::node_page", act::field("nodes", x.nodes), act::field("last", x.last));
}

/// From now on `watcher` gets field_changed for every field of a soul that begins with `prefix`, whoever wrote it.
struct watch_nodes {
  caf::actor watcher;
  std::string prefix;
};

template <class Inspector>
auto inspect(Inspector& f, watch_nodes& x) {
  return act::object(
      f, x, "warren::watch_nodes", act::field("watcher", x.watcher), act::field("prefix", x.prefix));
}

struct field_changed {
  std::string soul;
  std::string field;
  std::string value_json;
  double state = 0;
  bool local = false; // written here
};

template <class Inspector>
auto inspect(Inspector& f, field_changed& x) {
  return act::object(
      f, x, "warren::field_changed", act::field("soul", x.soul), act::field("field", x.field),
      act::field("value_json", x.value_json), act::field("state", x.state), act::field("local", x.local));
}

/// `digest`: 64 hexadecimal digits, equal on two replicas exactly when their items are.
struct database_status {
  std::uint64_t items = 0;
  std::string digest;
  std::uint64_t peers = 0;
  std::map<std::string, std::uint64_t> counters;
};

template <class Inspector>
auto inspect(Inspector& f, database_status& x) {
  return act::object(
      f, x, "warren::database_status", act::field("items", x.items), act::field("digest", x.digest),
      act::field("peers", x.peers), act::field("counters", x.counters));
}

using replicator_actor = act::typed_actor<
    caf::result<void>(put_fields), caf::result<node_value>(get_node), caf::result<node_page>(export_nodes),
    caf::result<void>(watch_nodes), caf::result<database_status>(get_status),
    // What its connections tell it (messages/connection.hpp).
    caf::result<void>(connected), caf::result<void>(chunk_received), caf::result<void>(peer_finished),
    caf::result<void>(path_changed), caf::result<void>(closed), caf::result<void>(deadline_reached)>;

/// replicator -> store_actor: make that durable. Answered when it is on disk; errc::storage_failed with the reason when
/// it is not, and then nothing of it is. Local to one process.
struct commit_changes {
  std::shared_ptr<const crdt::change_set> changes;
};

using store_actor = act::typed_actor<caf::result<void>(commit_changes)>;

} // namespace warren
