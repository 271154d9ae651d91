#pragma once

#include "messages/endpoint.hpp"
#include "transports/relay/outbox.hpp"
#include "transports/relay/token_bucket.hpp"

#include <set>

namespace warren::relay {

/// What a server keeps for one WebSocket.
struct guest {
  guest_id id{};
  ip_address from;
  token_bucket bucket;
  time_point connected{};
  time_point heard = connected;
  bool pinged = false;

  std::optional<peer_id> peer{}; ///< once authenticated
  nonce random{};                ///< its challenge
  std::set<blinded_topic> topics{};

  outbox out{};
  std::size_t link_queued = 0;               ///< octets its WebSocket holds
  std::optional<time_point> blocked_since{}; ///< something waits and its WebSocket takes no more
  bool ready = false;                        ///< in the server's list of guests to poll

  std::size_t waiting = 0;     ///< octets it sent that wait in other guests' outboxes
  std::size_t owed_grants = 0; ///< messages read and not granted again
  bool throttled = false;
};

} // namespace warren::relay
