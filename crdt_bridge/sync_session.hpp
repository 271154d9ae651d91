#pragma once

#include "crdt_bridge/crdt_engine.hpp"
#include "crdt_bridge/fetch_claims.hpp"
#include "crdt_bridge/id_listing.hpp"
#include "crdt_bridge/limits.hpp"
#include "crdt_bridge/live_queue.hpp"
#include "crdt_bridge/peer_requests.hpp"
#include "messages/random_source.hpp"
#include "messages/sync_message.hpp"

#include <unordered_map>
#include <unordered_set>

namespace warren::crdt {

/// What has been said in a session; all since it began.
struct sync_counters {
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t items_in = 0;
  std::uint64_t items_out = 0;
  std::uint64_t listings = 0;       // begun here because the summaries differed
  std::uint64_t live_overflows = 0; // live queues dropped because the peer was too slow
  std::uint64_t stalls = 0;         // requests that others were let fetch

  sync_counters& operator+=(const sync_counters& other) noexcept;
};

/// Brings two replicas together over one channel, and keeps them so. A machine: the replica gives it messages and time, and
/// sends what it makes. After any call poll for messages and for the timeout again.
///
/// Memory per peer is bounded: octets in flight (max_in_flight), keys to send (max_live_queue), requests of the peer
/// (max_peer_requests) and candidates (one page). A peer that is too slow for its live queue loses the queue and is told
/// to list. A peer that breaks the protocol makes handle_message() fail; its channel is to be closed.
class sync_session {
public:
  sync_session(
      peer_handle peer, const sync_limits& limits, const crdt_engine& engine, fetch_claims& claims,
      random_source& random, time_point now);
  ~sync_session();

  sync_session(const sync_session&) = delete;
  sync_session& operator=(const sync_session&) = delete;

  /// Takes a message of the peer. An error means that the peer broke the protocol, and that nothing of this message has
  /// been taken.
  std::error_code handle_message(time_point now, wall_time wall, byte_view data);

  /// Returns the items of the last message; the session counts on item_decided() for each.
  std::vector<item> take_items() { return std::exchange(received_, {}); }

  /// Tells that an item that this peer sent was decided on, whatever became of it.
  void item_decided(const item_id& id);

  /// Tells of a new item in the set; it goes to the peer unless the peer had it before us. Call it before item_decided().
  void item_added(time_point now, const item_key& key);

  /// Tells that the connection accepted a message of that size.
  void write_accepted(std::size_t octets) noexcept;

  /// Returns the next message for the peer, as long as fewer than max_in_flight octets wait to be accepted.
  std::optional<bytes> poll_transmit(time_point now);

  /// An error means that the peer does not answer; its channel is to be closed.
  std::error_code handle_timeout(time_point now);
  std::optional<time_point> poll_timeout() const;

  const sync_counters& stats() const noexcept { return counters_; }

  /// Returns true when nothing is on its way or waiting in either direction as far as this side knows.
  bool idle() const noexcept;

private:
  std::error_code take(const sync::hello& message, wall_time wall);
  std::error_code take(const sync::summary& message, wall_time wall);
  std::error_code take(sync::list& message, wall_time wall);
  std::error_code take(const sync::page& message, wall_time wall);
  std::error_code take(sync::want& message, wall_time wall);
  std::error_code take(sync::items& message, wall_time wall);
  std::error_code check_items(const sync::items& message) const;

  void compare(const sync::summary& theirs);
  sync::summary own_summary() const { return {engine_.count(), engine_.digest()}; }
  std::optional<sync::message> next_message(time_point now);
  std::optional<sync::message> next_request();
  std::optional<sync::message> next_live(time_point now);
  bool awaiting_answer() const noexcept { return listing_.awaiting_page() || !wanted_.empty(); }
  std::uint32_t new_request() noexcept;
  void schedule_summary(time_point now);

  peer_handle peer_;
  const sync_limits& limits_;
  const crdt_engine& engine_;
  fetch_claims& claims_;
  random_source& random_;

  bool hello_sent_ = false;
  bool hello_received_ = false;
  bool summary_due_now_ = false;
  bool live_next_ = true; // live items and answers take turns
  std::uint32_t last_request_ = 0;
  std::size_t in_flight_ = 0;
  id_listing listing_;
  peer_requests requests_;
  live_queue live_;
  std::vector<item> received_;
  std::unordered_set<item_id> undecided_; // sent by the peer, handed to the replica
  std::unordered_map<std::uint32_t, std::unordered_set<item_id>> wanted_; // by request
  std::optional<time_point> live_due_;
  time_point summary_due_;
  time_point progress_; // the peer's last message, or our first request since
  bool stalled_ = false;
  sync_counters counters_;
};

} // namespace warren::crdt
