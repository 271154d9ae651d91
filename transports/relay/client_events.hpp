#pragma once

#include "messages/relay_frame.hpp"
#include "messages/time.hpp"
#include "messages/topic.hpp"

namespace warren::relay {

/// Names a circuit at this client; never used twice.
enum class circuit : std::uint64_t {};

/// What a relay::client tells its host.
namespace client_event {

/// Open a WebSocket to the relay now; answer with handle_connected or handle_disconnected.
struct dial {};

/// Close the WebSocket now. handle_disconnected is not needed (and harmless).
struct hang_up {};

/// Authenticated: topics are being joined and circuits may be opened.
struct online {
  limits limit;
};

/// The link ended or could not be made. All circuits were closed before this. `retry_in` is when the next `dial` comes.
struct offline {
  std::error_code why;
  std::optional<refusal> refused; ///< set when the relay said why
  std::string text;               ///< the relay's words
  duration retry_in{};
};

/// So many topics are not joined because the relay allows no more at once; they are joined as others are left. Told when it
/// changes; a new link begins with none.
struct topics_waiting {
  std::size_t n = 0;
  std::size_t limit = 0; ///< topics that the relay allows
};

/// `peer` is a member of `topic` at this relay. Told once per stay.
struct peer_joined {
  topic where;
  peer_id peer;
};

/// `peer` left `topic`, or the relay lost it, or we lost the relay.
struct peer_left {
  topic where;
  peer_id peer;
};

/// A peer opened a circuit to us.
struct circuit_opened {
  circuit id;
  peer_id peer;
};

/// Octets of a circuit, in order. Call consumed() when they were used up, so that the peer may send more.
struct circuit_data {
  circuit id;
  bytes frame; ///< as received; holds payload()

  byte_view payload() const noexcept { return byte_view{frame}.subspan(data_header); }
};

/// A circuit whose write() had taken less than offered takes octets again.
struct circuit_writable {
  circuit id;
};

/// The circuit is over, for either side's reason. Nothing follows for this id.
struct circuit_closed {
  circuit id;
  peer_id peer;
  circuit_reason reason;
};

/// A datagram from a peer.
struct signal_received {
  peer_id peer;
  bytes payload;
};

} // namespace client_event

using client_events = std::variant<
    client_event::dial, client_event::hang_up, client_event::online, client_event::offline,
    client_event::topics_waiting, client_event::peer_joined, client_event::peer_left,
    client_event::circuit_opened, client_event::circuit_data, client_event::circuit_writable,
    client_event::circuit_closed, client_event::signal_received>;

} // namespace warren::relay
