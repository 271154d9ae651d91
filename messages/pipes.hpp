#pragma once

// Between actors of one process: what carries octets (driver, relay link) and what owns the connection. Never crosses a
// cluster link.

#include "messages/connection.hpp"
#include "messages/endpoint.hpp"
#include "messages/time.hpp"

#include <optional>

namespace warren {

namespace net {
class packet_batch;
}

struct pipe_parcel;

/// io_driver -> routing_table, dial_endpoint or noise_stream: datagrams of one kind (for a noise_stream: of its streams).
struct packets_arrived {
  std::shared_ptr<const net::packet_batch> batch;
};

/// dial_endpoint or noise_stream -> noise_stream: a pipe for its session. Whoever receives it owns it.
struct pipe_offered {
  std::shared_ptr<pipe_parcel> parcel;
};

/// Self -> self: the machine's deadline has come. Stale ones are harmless.
struct deadline_reached {};

/// supervisor -> noise_stream, relay_link, ...: finish in order and exit. `patience`: how long a noise_stream waits for a peer
/// that says nothing at all; empty: as long as for one that does not get on.
struct shut_down {
  errc reason = errc::closed_locally;
  std::string detail;
  std::optional<duration> patience{};
};

// -- relay circuits -------------------------------------------------------------------------------------------------------

/// Handle of one circuit in one relay_link; unique for the life of that actor.
using circuit_id = std::uint64_t;

/// supervisor -> relay_link: keep joined to the topic (blinded by the link) until relay_leave.
struct relay_join {
  topic on;
};

struct relay_leave {
  topic on;
};

/// supervisor -> relay_link: a connection is silent; see whether the link still works.
struct check_link {};

/// relay_link -> supervisor: the link to the relay changed state: "connecting", "connected", "backoff".
struct relay_state_changed {
  std::string url;
  std::string state;
  std::string reason; // why it is not connected; empty when connected
};

/// relay_link -> supervisor: a peer is on a topic, or no longer.
struct relay_presence {
  std::string url;
  topic on;
  peer_id peer;
  bool present = false;
};

/// supervisor -> relay_link: open a circuit to `peer`, whose octets go to `owner`, a noise_stream that the supervisor
/// spawned for it. The link answers `owner` with circuit_opened, or circuit_closed when it cannot be had.
struct open_circuit {
  peer_id peer;
  caf::actor owner;
};

/// relay_link -> supervisor: a peer opened a circuit to us. Supervisor answers with accept_circuit or close_circuit. Data
/// that came meanwhile is kept by the link, bounded by the circuit's window.
struct circuit_offered {
  std::string url;
  peer_id peer;
  circuit_id circuit = 0;
};

/// supervisor -> relay_link: octets of the circuit go to `owner` from now on.
struct accept_circuit {
  circuit_id circuit = 0;
  caf::actor owner;
};

/// relay_link -> owner: the circuit stands; `octets` may be sent at once.
struct circuit_opened {
  circuit_id circuit = 0;
  std::uint64_t octets = 0;
};

/// owner -> relay_link and relay_link -> owner: octets of the pipe, in order.
struct circuit_data {
  circuit_id circuit = 0;
  chunk data;
};

/// relay_link -> owner: `octets` more may be sent.
struct circuit_credit {
  circuit_id circuit = 0;
  std::uint64_t octets = 0;
};

/// owner -> relay_link: somebody else will accept the circuit; what comes until then is kept. Answered with circuit_yielded,
/// after which the owner hears nothing more of it.
struct yield_circuit {
  circuit_id circuit = 0;
};

struct circuit_yielded {
  circuit_id circuit = 0;
};

/// Either way: the circuit is gone. The owner's pipe is lost.
struct circuit_closed {
  circuit_id circuit = 0;
  std::string reason;
};

} // namespace warren
