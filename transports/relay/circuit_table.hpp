#pragma once

#include "messages/relay_frame.hpp"
#include "transports/relay/client_events.hpp"

#include <deque>
#include <map>
#include <unordered_map>

namespace warren::relay {

/// One circuit at a client.
struct circuit_state {
  circuit id{};
  peer_id peer;
  std::uint64_t wire_id = 0;             ///< picked by the dialler
  std::uint64_t credit = initial_window; ///< octets the peer still takes
  std::uint64_t window = initial_window; ///< octets we still take
  std::uint64_t ungranted = 0;           ///< consumed and not yet granted back
  std::deque<bytes> queue;               ///< encoded data frames, already taken off the credit
  std::size_t queued = 0;                ///< payload octets in `queue`
  std::optional<circuit_reason> closing; ///< send a reset with this reason after `queue`
  bool starved = false;                  ///< write() took less than offered: owes a circuit_writable
  bool scheduled = false;                ///< waits in the send order
};

/// The circuits of a client, and whose turn it is to send: one frame each, round robin.
class circuit_table {
public:
  circuit_table(std::size_t limit, std::size_t limit_per_peer, std::size_t queue_limit)
      : limit_{limit}, limit_per_peer_{limit_per_peer}, queue_limit_{queue_limit} {}

  /// Adds a circuit; nothing when the table is full, has all that the peer may have, or (peer, wire id) is in use.
  circuit_state* add(const peer_id& peer, std::uint64_t wire_id);

  /// True when there are as many circuits with `peer`, whoever opened them, as there may be.
  bool full_for(const peer_id& peer) const;

  circuit_state* find(circuit id);
  const circuit_state* find(circuit id) const;
  circuit_state* find(const peer_id& peer, std::uint64_t wire_id);

  /// Removes and returns a circuit; the id must exist.
  circuit_state remove(circuit id);

  /// Returns all circuits of `peer`.
  std::vector<circuit> of(const peer_id& peer) const;
  std::vector<circuit> all() const;

  std::size_t writable(const circuit_state& which) const noexcept;

  /// Queues a prefix of `octets` and returns its length.
  std::size_t write(circuit_state& which, byte_view octets);

  /// Queues a reset behind what is queued; the circuit is removed when that is sent.
  void close(circuit_state& which, circuit_reason reason);

  /// Returns the next frame in turn. `unblocked` is set to a circuit that was starved and now takes octets.
  std::optional<bytes> next_frame(std::optional<circuit>& unblocked);

  /// The peer granted `octets`; returns true when a starved circuit now takes octets.
  bool grant(circuit_state& which, std::uint32_t octets);

  bool idle() const noexcept { return order_.empty(); }
  std::size_t size() const noexcept { return circuits_.size(); }

private:
  using key = std::pair<peer_id, std::uint64_t>;

  void schedule(circuit_state& which);

  std::size_t limit_;
  std::size_t limit_per_peer_;
  std::size_t queue_limit_;
  std::uint64_t next_id_ = 1;
  std::unordered_map<circuit, circuit_state> circuits_;
  std::map<key, circuit> by_wire_;
  std::deque<circuit> order_;
};

} // namespace warren::relay
