#pragma once

#include <cstdint>
#include <string>

namespace warren {

/// Why an actor of Warren refused a request or a connection ended. Travels in caf::error and in `closed`.
enum class errc : std::uint8_t {
  none = 0,
  /// The local side closed the connection or left the topic.
  closed_locally,
  /// The peer closed the connection or left the topic.
  closed_by_peer,
  /// No path to the peer within the resume window.
  path_lost,
  /// The peer restarted, or a newer connection to it replaced this one.
  replaced,
  /// The peer broke the protocol; the reason text names the rule.
  protocol_violation,
  /// The Noise handshake failed or its time ran out.
  handshake_failed,
  /// The peer is not on the access list, or is not the one that was expected.
  access_denied,
  /// Sync is disabled; this node is local-only.
  local_only,
  /// Another subscriber holds this topic already.
  already_joined,
  /// The topic was never joined, or was left.
  not_joined,
  /// The channel or connection is not open (any more).
  not_open,
  /// A configured limit is reached; the reason text names it.
  limit_reached,
  /// A message is larger than 16 MiB.
  too_large,
  /// The peer or relay did not answer in time.
  timed_out,
  /// No relay of the configured ones can be reached.
  relay_unreachable,
  /// A child actor keeps dying; the reason text names it.
  child_failed,
  /// A configuration value is out of range; the reason text names option, value and what is allowed.
  bad_config,
  /// A value offered to the database breaks its rules; the reason text names the rule.
  invalid_item,
  /// The store on disk could not be read or written; the reason text says why.
  storage_failed,
  /// Nothing is stored under that name.
  not_found,
  /// The system refused a socket operation; the reason text says which.
  network_failed,
  /// The peer turned out to be this very process.
  self_connection,
  /// Another process runs with the same identity; the reason text says on which side.
  identity_conflict,
};

/// Returns a stable lower-case name, for logs, metrics and JSON.
std::string to_string(errc code);

} // namespace warren
