#pragma once

#include "crdt_bridge/crdt_engine.hpp"
#include "crdt_bridge/sync_session.hpp"

#include <map>
#include <string>

namespace warren::crdt {

/// What a replica refused or failed at, by reason, since it began.
struct refusal_counters {
  std::uint64_t malformed_message = 0;
  std::uint64_t oversized_message = 0;
  std::uint64_t other_version = 0;
  std::uint64_t other_engine = 0;
  std::uint64_t unexpected_hello = 0;
  std::uint64_t unasked_answer = 0;
  std::uint64_t too_many_requests = 0;
  std::uint64_t no_answer = 0;
  std::uint64_t malformed_item = 0;
  std::uint64_t oversized_item = 0;
  std::uint64_t wrong_id = 0;
  std::uint64_t far_future = 0;
  std::uint64_t deferral_full = 0;
  std::uint64_t too_many_peers = 0;
  std::uint64_t too_many_writes = 0;
};

/// What became of the items that were decided on.
struct item_counters {
  std::uint64_t added = 0;
  std::uint64_t known = 0;
  std::uint64_t superseded = 0;
  std::uint64_t deferred = 0;
};

struct replica_counters {
  refusal_counters refused;
  item_counters items;
  sync_counters sync; // of the sessions that have ended
  std::uint64_t transactions = 0;
  std::uint64_t transactions_failed = 0;

  /// Counts a peer's offence under its reason.
  void count_refusal(std::error_code why);
  void count_verdict(verdict what);
};

/// Returns the counters that are not zero by their stable names ("sync.refused.wrong_id", "sync.items_in", ...).
std::map<std::string, std::uint64_t> by_name(const replica_counters& counters);

} // namespace warren::crdt
