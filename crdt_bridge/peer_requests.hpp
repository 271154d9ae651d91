#pragma once

#include "crdt_bridge/crdt_engine.hpp"
#include "crdt_bridge/live_queue.hpp"
#include "messages/sync_message.hpp"

#include <deque>

namespace warren::crdt {

/// What a peer asked us for and has not got yet, answered in order and made only when it can be sent: a waiting request
/// costs its own octets, never those of its answer.
class peer_requests {
public:
  peer_requests(std::size_t most, std::size_t page_keys, std::size_t items_octets) noexcept
      : most_{most}, page_keys_{page_keys}, items_octets_{items_octets} {}

  /// Returns false when too many are waiting already.
  bool add(sync::list request);
  bool add(sync::want request);

  bool empty() const noexcept { return lists_.empty() && wants_.empty(); }

  /// Returns the next answer. Keys in `live` are left out of pages, for they are about to be sent anyway; what is
  /// sent as an answer leaves `live`.
  std::optional<sync::message> poll(const crdt_engine& engine, live_queue& live);

private:
  struct open_want {
    sync::want request;
    std::size_t next = 0;
  };

  sync::page answer(const sync::list& request, const crdt_engine& engine, const live_queue& live) const;
  sync::items answer(open_want& open, const crdt_engine& engine, live_queue& live) const;

  std::size_t most_;
  std::size_t page_keys_;
  std::size_t items_octets_;
  std::deque<sync::list> lists_;
  std::deque<open_want> wants_;
};

} // namespace warren::crdt
