#pragma once

#include "transports/relay/server_events.hpp"

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

namespace warren::relay {

/// What waits for one guest: the relay's own frames first, then what concerns each other peer, in order per peer, the
/// peers by deficit round robin (Shreedhar and Varghese 1996), so that a sender of many large frames takes no more than
/// its share of a slow reader. Presence of a peer waits behind that peer's data: nobody is seen to leave before what it
/// sent last.
class outbox {
public:
  /// Octets a peer may send per round.
  static constexpr std::size_t quantum = 16'384;

  struct item {
    bytes message;
    std::optional<guest_id> sender; ///< whose read allowance it waits on; nothing: the relay's own
  };

  void push_control(bytes message);

  /// Queues a frame that the relay says about `peer`.
  void push_about(const peer_id& peer, bytes message);

  /// Queues a frame that `peer` sent as guest `sender`.
  void push(const peer_id& peer, guest_id sender, bytes message);

  /// Returns the frame whose turn it is.
  std::optional<item> pop();

  bool empty() const noexcept { return control_.empty() && active_.empty(); }

  /// Octets of the relay's own frames.
  std::size_t control_octets() const noexcept { return control_octets_; }

  /// Octets that wait concerning `peer`.
  std::size_t waiting(const peer_id& peer) const;

  /// Returns the octets that wait from each guest.
  std::map<guest_id, std::size_t> senders() const;

private:
  struct flow {
    std::deque<item> items;
    std::size_t octets = 0;
    std::size_t deficit = 0;
  };

  void push(const peer_id& peer, item queued);

  std::deque<bytes> control_;
  std::size_t control_octets_ = 0;
  std::unordered_map<peer_id, flow> flows_;
  std::deque<peer_id> active_;
  bool fresh_turn_ = true; ///< the front of active_ has not had its quantum yet
};

} // namespace warren::relay
