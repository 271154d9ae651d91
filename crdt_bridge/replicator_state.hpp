#pragma once

#include "actors/deadline.hpp"
#include "crdt_bridge/graph_engine.hpp"
#include "crdt_bridge/replica.hpp"
#include "crdt_bridge/replicator.hpp"
#include "crdt_bridge/watchers.hpp"

#include <map>
#include <memory>

namespace warren {

/// The shell around a replica: mailbox, connections, store actor, watchers. Everything it decides is in crdt::replica.
class replicator_state {
public:
  using pointer = replicator_actor::pointer;

  replicator_state(
      pointer self, std::shared_ptr<crdt::graph_engine> engine, store_actor store,
      std::shared_ptr<const replicator_config> config);
  replicator_state(const replicator_state&) = delete;
  replicator_state& operator=(const replicator_state&) = delete;

  /// Fails the writes that are not on disk yet, and ends the store actor.
  ~replicator_state();

  replicator_actor::behavior_type make_behavior();

private:
  struct peer {
    connection_actor connection;
    std::uint32_t channel = 0;
    crdt::peer_handle handle = 0;
  };

  caf::result<void> put(const put_fields& request);
  caf::result<node_value> get(const get_node& request) const;
  caf::result<node_page> export_page(const export_nodes& request) const;
  caf::result<void> watch(const watch_nodes& request);
  database_status status() const;

  void on_connected(const connected& event);
  void on_chunk(const chunk_received& event);
  void on_closed(const channel_key& key);
  void on_down(const caf::down_msg& down);
  void forget(std::map<channel_key, peer>::iterator gone);
  void close_channel_of(const channel_key& key);
  void grant(const peer& to, std::uint64_t octets);

  void drive();
  void start_transaction(std::shared_ptr<const crdt::change_set> changes);
  void transmit(crdt::replica::transmit out);
  void accepted(crdt::peer_handle by, std::size_t octets);
  void handle(crdt::write_done& event);
  void handle(crdt::items_changed& event);
  void handle(crdt::octets_consumed& event);
  void handle(crdt::peer_refused& event);

  time_point now() const { return self_->clock().now(); }
  wall_time wall() const { return config_->wall_clock(); }

  pointer self_;
  std::shared_ptr<const replicator_config> config_;
  std::shared_ptr<crdt::graph_engine> engine_;
  crdt::replica replica_;
  store_actor store_;
  deadline deadline_;
  std::map<channel_key, peer> peers_;
  std::map<crdt::peer_handle, channel_key> channels_;
  std::map<crdt::write_ticket, caf::response_promise> unanswered_;
  watchers watchers_;
};

} // namespace warren
