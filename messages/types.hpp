#pragma once

// Every type that travels between actors, and the one block of type ids. Ids are only ever appended: they travel between
// the nodes of a cluster.

#include "messages/act.hpp"
#include "messages/connection.hpp"
#include "messages/database.hpp"
#include "messages/dht.hpp"
#include "messages/pipes.hpp"
#include "messages/relay_messages.hpp"
#include "messages/supervision.hpp"
#include "messages/transport.hpp"

#define WARREN_TYPE(name) CAF_ADD_TYPE_ID(warren, (warren::name))

CAF_BEGIN_TYPE_ID_BLOCK(warren, caf::first_custom_type_id)
WARREN_TYPE(errc)
WARREN_TYPE(chunk)
WARREN_TYPE(peer_id)
WARREN_TYPE(topic)
WARREN_TYPE(channel_key)
WARREN_TYPE(peer_info)
CAF_ADD_TYPE_ID(warren, (std::vector<warren::peer_info>))
WARREN_TYPE(connection_status)
WARREN_TYPE(write_chunk)
WARREN_TYPE(grant_credit)
WARREN_TYPE(finish_channel)
WARREN_TYPE(close_channel)
WARREN_TYPE(get_status)
WARREN_TYPE(connection_actor)
WARREN_TYPE(connected)
WARREN_TYPE(chunk_received)
WARREN_TYPE(peer_finished)
WARREN_TYPE(path_changed)
WARREN_TYPE(closed)
WARREN_TYPE(connect_topic)
WARREN_TYPE(leave_topic)
WARREN_TYPE(announce_topic)
WARREN_TYPE(lookup_topic)
WARREN_TYPE(disconnect)
WARREN_TYPE(get_name)
WARREN_TYPE(watch_events)
WARREN_TYPE(swarm_event)
WARREN_TYPE(transport_status)
WARREN_TYPE(transport_actor)
// Local to one process.
WARREN_TYPE(packets_arrived)
WARREN_TYPE(deadline_reached)
WARREN_TYPE(shut_down)
WARREN_TYPE(relay_join)
WARREN_TYPE(relay_leave)
WARREN_TYPE(relay_state_changed)
WARREN_TYPE(relay_presence)
WARREN_TYPE(open_circuit)
WARREN_TYPE(circuit_offered)
WARREN_TYPE(accept_circuit)
WARREN_TYPE(circuit_opened)
WARREN_TYPE(circuit_data)
WARREN_TYPE(circuit_credit)
WARREN_TYPE(circuit_closed)
WARREN_TYPE(dht_lookup)
WARREN_TYPE(dht_peers)
WARREN_TYPE(dht_summary)
WARREN_TYPE(dht_status)
WARREN_TYPE(dht_bootstrap)
WARREN_TYPE(dht_actor)
// The database (crdt_bridge).
WARREN_TYPE(put_fields)
WARREN_TYPE(get_node)
WARREN_TYPE(node_value)
WARREN_TYPE(export_nodes)
WARREN_TYPE(node_page)
WARREN_TYPE(watch_nodes)
WARREN_TYPE(field_changed)
WARREN_TYPE(database_status)
WARREN_TYPE(replicator_actor)
// Supervision, local to one process.
WARREN_TYPE(dial_peer)
WARREN_TYPE(dial_failed)
WARREN_TYPE(stream_started)
WARREN_TYPE(session_established)
WARREN_TYPE(admit_session)
WARREN_TYPE(session_admitted)
WARREN_TYPE(session_closed)
WARREN_TYPE(topic_joined)
WARREN_TYPE(topic_left)
WARREN_TYPE(get_counters)
WARREN_TYPE(counter_map)
// The relay, local to one process but for relay_server_status.
WARREN_TYPE(link_ready)
WARREN_TYPE(guest_arrived)
WARREN_TYPE(guest_input)
WARREN_TYPE(page_asked)
WARREN_TYPE(relay_listening)
WARREN_TYPE(relay_signal)
WARREN_TYPE(relay_server_status)
WARREN_TYPE(commit_changes)
WARREN_TYPE(topic_shared)
WARREN_TYPE(dht_forget)
WARREN_TYPE(discover_locally)
WARREN_TYPE(path_wanted)
WARREN_TYPE(open_path)
WARREN_TYPE(path_switched)
WARREN_TYPE(pipe_failed)
WARREN_TYPE(stream_merged)
WARREN_TYPE(stream_released)
WARREN_TYPE(relay_lost)
WARREN_TYPE(pipe_offered)
WARREN_TYPE(yield_circuit)
WARREN_TYPE(circuit_yielded)
WARREN_TYPE(check_link)
WARREN_TYPE(stream_proved)
WARREN_TYPE(stream_unwanted)
WARREN_TYPE(stream_adopted)
CAF_END_TYPE_ID_BLOCK(warren)

#undef WARREN_TYPE

namespace warren {

inline caf::error make_error(errc code, std::string detail = {}) {
  return {static_cast<std::uint8_t>(code), caf::atom("warren"), caf::make_message(std::move(detail))};
}

/// Returns true when `error` is `code`, whatever its detail.
inline bool is(const caf::error& error, errc code) {
  return error && error.category() == caf::atom("warren") && error.code() == static_cast<std::uint8_t>(code);
}

/// Returns the errc of `error`, or `otherwise` when it is of another domain (a caf::sec or exit reason).
inline errc code_of(const caf::error& error, errc otherwise) {
  return error && error.category() == caf::atom("warren") ? static_cast<errc>(error.code()) : otherwise;
}

/// Returns the error's text for people: its detail, or else its name.
std::string describe(const caf::error& error);

} // namespace warren

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::packets_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::deadline_reached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::shut_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::relay_join)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::relay_leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::relay_state_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::relay_presence)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::open_circuit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::circuit_offered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::accept_circuit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::circuit_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::circuit_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::circuit_credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::circuit_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::path_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::open_path)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::path_switched)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::pipe_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::stream_merged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::stream_released)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::stream_proved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::stream_unwanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::stream_adopted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::relay_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::pipe_offered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::yield_circuit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::circuit_yielded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::check_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dht_lookup)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dht_peers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dht_summary)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dht_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dht_bootstrap)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dial_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dial_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::stream_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::session_established)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::admit_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::session_admitted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::session_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::topic_joined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::topic_left)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::get_counters)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::link_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::guest_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::guest_input)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::page_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::relay_listening)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::relay_signal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::commit_changes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::topic_shared)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::dht_forget)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::discover_locally)
