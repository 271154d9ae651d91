#pragma once

#include <cstdint>

namespace warren::dht {

/// What a node did and what it refused, one counter per reason.
struct counters {
  std::uint64_t queries_sent = 0;
  std::uint64_t queries_repeated = 0;
  std::uint64_t queries_timed_out = 0;
  std::uint64_t queries_answered = 0;
  std::uint64_t responses = 0;
  std::uint64_t errors_received = 0;
  std::uint64_t announcements_stored = 0;
  std::uint64_t items_stored = 0;
  std::uint64_t rendezvous_forwarded = 0;

  // Refused datagrams; the sender learns nothing.
  std::uint64_t malformed = 0;
  std::uint64_t wrong_family = 0;
  std::uint64_t bad_source = 0;
  std::uint64_t blocked = 0;
  std::uint64_t own_query = 0;
  std::uint64_t unexpected_response = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t replies_throttled = 0;
  std::uint64_t outbox_full = 0;
  std::uint64_t while_read_only = 0;

  // Refused queries; the sender gets a KRPC error.
  std::uint64_t bad_arguments = 0;
  std::uint64_t unknown_method = 0;
  std::uint64_t bad_token = 0;
  std::uint64_t store_full = 0;
  std::uint64_t bad_items = 0;
  std::uint64_t outdated_items = 0;
  std::uint64_t rendezvous_refused = 0;

  // Announcements taken without their record, which was malformed, not signed by its peer, old, or one too many.
  std::uint64_t bad_records = 0;

  // Forwarded payloads for no announcement of ours, or from nodes that do not store it.
  std::uint64_t unexpected_rendezvous = 0;

  // Addresses in responses that were dropped (see address_policy.hpp).
  std::uint64_t bad_peers = 0;
  std::uint64_t bad_nodes = 0;

  // Items and peer records in responses that are not what was asked for, or not signed by their owner.
  std::uint64_t bad_results = 0;
};

} // namespace warren::dht
