#pragma once

// Inside the relay's two ends: between a WebSocket's io thread and its actor, and between relay_guest and relay_server.
// What the rest of a process says to a relay_link stands in messages/pipes.hpp. Never leaves the process.
//
//   io thread   -> relay_link, relay_guest   link_ready        something waits in the link's inbox
//   relay_guest -> relay_server              guest_arrived     once, first
//   relay_guest -> relay_server              guest_input*      a batch of what the guest sent
//   io thread   -> relay_server              page_asked        GET /healthz or /metrics

#include "messages/act.hpp"
#include "messages/bytes.hpp"
#include "messages/chunk.hpp"
#include "messages/endpoint.hpp"
#include "messages/peer_id.hpp"
#include "messages/supervision.hpp"

#include <memory>
#include <string>
#include <vector>

namespace warren {

namespace net {
class http_responder;
class io_threads;
class websocket_link;
class websocket_server;
} // namespace net

/// Inbox of a WebSocket -> its actor: call take(). At most one is under way per inbox. `link` tells a new link's inbox from
/// an old one's.
struct link_ready {
  std::uint64_t link = 0;
};

/// supervisor -> relay_link: send `payload` (1 to 1200 octets) to a peer at this relay; may be lost.
/// relay_link -> supervisor: such a datagram came from `peer`.
struct relay_signal {
  std::string url;
  peer_id peer;
  chunk payload;
};

/// relay_guest -> relay_server: a WebSocket was accepted; `guest` names it for good.
struct guest_arrived {
  std::uint64_t guest = 0;
  ip_address from;
  std::shared_ptr<net::websocket_link> link;
};

/// relay_guest -> relay_server: what came from the guest since the last one, in order. `drained`: its WebSocket takes more.
/// `closed`: its WebSocket ended; last one. `oversized`: because of a message that no WebSocket here takes.
struct guest_input {
  std::uint64_t guest = 0;
  std::vector<bytes> messages;
  bool drained = false;
  bool closed = false;
  bool oversized = false;
};

/// Io thread -> relay_server: somebody asked for `path` over plain HTTP and waits at the responder.
struct page_asked {
  std::string path;
  std::shared_ptr<net::http_responder> responder;
};

/// Spawner -> relay_server: stop these when you end, in this order. `hosts`: the names under which guests reach the relay,
/// known for good now that its port is.
struct relay_listening {
  std::shared_ptr<net::websocket_server> listener;
  std::shared_ptr<net::io_threads> io;
  std::vector<std::string> hosts;
};

/// Answer of a relay_server to get_status.
struct relay_server_status {
  std::uint64_t guests = 0; // now, authenticated or not
  std::uint64_t topics = 0; // joined by anyone now
  counter_map counters;     // "relay_server.<name>" since the start
};

template <class Inspector>
auto inspect(Inspector& f, relay_server_status& x) {
  return act::object(
      f, x, "warren::relay_server_status", act::field("guests", x.guests), act::field("topics", x.topics),
      act::field("counters", x.counters));
}

} // namespace warren
