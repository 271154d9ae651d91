#pragma once

#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>

namespace warren::crdt {

/// What one node and one field may hold (gun.md section 7), and how much of the future is kept waiting.
struct graph_limits {
  /// Octets of a soul, and of a field's name.
  std::size_t max_name = 1024;
  /// Octets of a value's canonical JSON text.
  std::size_t max_value = 512 * 1024;
  /// Octets of the JSON text of one local write.
  std::size_t max_text = 1024 * 1024;
  /// Fields of one local write.
  std::size_t max_fields = 10'000;
  /// Writes with a state ahead of our clock wait until it is reached: this many, and this far ahead, at most. What lies
  /// beyond is refused and counted; a later listing brings it again.
  std::size_t max_deferred = 10'000;
  std::size_t max_deferred_octets = 16 * 1024 * 1024;
  std::chrono::milliseconds max_ahead{600'000};
};

/// How one peer is synchronised with. All memory held for a peer follows from these.
struct sync_limits {
  /// Octets handed to the connection and not yet accepted by it; nothing more is made before that falls.
  std::size_t max_in_flight = 1024 * 1024;
  /// Octets the peer may send before we consumed them: the credit granted to its channel.
  std::size_t receive_window = 2 * 1024 * 1024;
  /// Octets of one items message, unless a single item is larger.
  std::size_t max_items_octets = 256 * 1024;
  /// Keys of one listing page; at 40 octets each this is a message of about 160 KiB.
  std::size_t page_keys = 4096;
  /// Ids asked for with one message, and such messages under way.
  std::size_t want_ids = 512;
  std::size_t wants_in_flight = 2;
  /// Requests of the peer not yet answered; a peer that asks for more breaks the protocol.
  std::size_t max_peer_requests = 16;
  /// New items waiting to be sent. When a slow peer lets it overflow the queue is dropped and the peer is told to list.
  std::size_t max_live_queue = 16'384;

  /// How long new items are collected before they are sent.
  std::chrono::milliseconds live_interval{4};
  /// Mean time between two comparisons of digests; each is drawn from 3/4 to 5/4 of it.
  std::chrono::milliseconds relist_interval{60'000};
  /// Without an answer for this long, others may fetch what this peer was asked for.
  std::chrono::milliseconds stall_timeout{10'000};
  /// Without an answer for this long the channel is closed; longer than a session may take to resume (60 s).
  std::chrono::milliseconds answer_timeout{90'000};
};

/// The write path: what may wait for the disk.
struct write_limits {
  /// Octets of local writes not yet durable; more are refused until some are.
  std::size_t max_pending_octets = 64 * 1024 * 1024;
  /// Octets of payload in one transaction, unless a single batch is larger.
  std::size_t max_transaction_octets = 8 * 1024 * 1024;
};

struct replica_limits {
  graph_limits graph;
  sync_limits sync;
  write_limits write;
  /// Peers synchronised with at once; more are turned away.
  std::size_t max_peers = 256;
};

} // namespace warren::crdt
