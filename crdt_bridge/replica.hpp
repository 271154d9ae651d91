#pragma once

#include "crdt_bridge/replica_counters.hpp"
#include "crdt_bridge/write_queue.hpp"
#include "messages/credit.hpp"

#include <memory>
#include <variant>

namespace warren::crdt {

/// A local write is on disk, or has failed and changed nothing.
struct write_done {
  write_ticket ticket = 0;
  std::optional<store_failure> failure;
};

/// The set changed. `local` says of each added item whether it was written here.
struct items_changed {
  std::shared_ptr<const change_set> changes;
  std::vector<bool> local;
};

/// What a peer sent has been dealt with: that many octets of credit can be granted anew (credit_of() each message).
struct octets_consumed {
  peer_handle peer = 0;
  std::uint64_t octets = 0;
};

/// The peer broke the protocol and is out; its channel is to be closed.
struct peer_refused {
  peer_handle peer = 0;
  std::error_code why;
};

using replica_event = std::variant<write_done, items_changed, octets_consumed, peer_refused>;

/// One database: an engine, its peers, and the way to the disk. A machine over any crdt_engine.
///
/// The set in memory is what is on disk, no more and no less. Local writes and items of peers wait in one queue; when the
/// disk is free, all that wait are decided on and become one transaction (group commit); when it is on disk, the set
/// changes, writes are acknowledged, and the new items go to the other peers. When it fails, nothing changes: local
/// writes are answered with the failure, and the items of peers are fetched again at a later listing. So what is read,
/// acknowledged or passed on is always durable here.
class replica {
public:
  /// `engine` and `random` must outlive the replica.
  replica(crdt_engine& engine, const replica_limits& limits, random_source& random);

  replica(const replica&) = delete;
  replica& operator=(const replica&) = delete;

  // -- peers --------------------------------------------------------------------------------------------------------------

  /// Begins to synchronise with a new peer. Nothing when there are too many.
  std::optional<peer_handle> peer_joined(time_point now);

  /// Ends it; what the peer sent already still counts.
  void peer_left(peer_handle peer);

  /// Takes a message of `peer`. Unknown peers are ignored: they have just left.
  void handle_message(time_point now, wall_time wall, peer_handle peer, byte_view data);

  /// Tells that the connection accepted a message of that many octets.
  void write_accepted(peer_handle peer, std::size_t octets);

  struct transmit {
    peer_handle to = 0;
    bytes data;
  };

  /// Returns the next message for a peer, until empty.
  std::optional<transmit> poll_transmit(time_point now);

  std::size_t peers() const noexcept { return sessions_.size(); }

  // -- the disk -----------------------------------------------------------------------------------------------------------

  /// Queues a local write of items that the engine made. Answered by write_done. Nothing when too many wait.
  std::optional<write_ticket> submit(std::vector<item> items);

  /// Returns the next transaction when there is one and the last is done.
  std::shared_ptr<const change_set> poll_transaction(time_point now, wall_time wall);

  /// Tells how the transaction ended.
  void transaction_done(time_point now, std::optional<store_failure> failure);

  // -- the rest -----------------------------------------------------------------------------------------------------------

  std::optional<replica_event> poll_event();
  void handle_timeout(time_point now, wall_time wall);
  std::optional<time_point> poll_timeout() const;

  /// Returns the counters, those of running sessions included.
  replica_counters stats() const;

  /// Returns true when nothing waits for the disk, and all sessions are idle.
  bool idle() const noexcept;

private:
  struct transaction {
    std::vector<pending_write> writes;
    std::vector<verdict> verdicts;
    std::shared_ptr<const change_set> changes;
  };

  transaction stage_next(wall_time wall);
  void apply(time_point now, const transaction& done);
  void conclude(const transaction& done, const std::optional<store_failure>& failure);
  void refuse(peer_handle peer, std::error_code why);

  crdt_engine& engine_;
  replica_limits limits_;
  random_source& random_;
  fetch_claims claims_;
  std::map<peer_handle, std::unique_ptr<sync_session>> sessions_;
  peer_handle last_peer_ = 0;
  write_queue queue_;
  write_ticket last_ticket_ = 0;
  std::optional<transaction> running_;
  std::deque<replica_event> events_;
  time_point now_{};
  wall_time wall_{};
  replica_counters counters_;
};

} // namespace warren::crdt
