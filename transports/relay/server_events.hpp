#pragma once

#include "messages/relay_frame.hpp"

namespace warren::relay {

/// Names a WebSocket at the relay; given by the host, never used twice.
enum class guest_id : std::uint64_t {};

/// A frame for one guest.
struct guest_transmit {
  guest_id to;
  bytes frame;
};

/// What a relay::server tells its host.
namespace server_event {

/// Read `n` more messages from this guest (websocket_link::grant_reads). The only source of grants: not granting is how
/// the relay throttles.
struct grant_reads {
  guest_id guest;
  std::size_t n;
};

/// The guest proved its key.
struct guest_joined {
  guest_id guest;
  peer_id peer;
};

/// Close the guest's WebSocket after sending what was polled before. No guest_gone is needed (and harmless).
struct close_guest {
  guest_id guest;
  refusal reason;
};

/// An authenticated guest is gone; no reason: its link ended by itself.
struct guest_left {
  guest_id guest;
  peer_id peer;
  std::optional<refusal> reason;
};

} // namespace server_event

using server_events = std::variant<
    server_event::grant_reads, server_event::guest_joined, server_event::close_guest,
    server_event::guest_left>;

} // namespace warren::relay
