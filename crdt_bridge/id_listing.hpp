#pragma once

#include "crdt_bridge/crdt_engine.hpp"
#include "crdt_bridge/fetch_claims.hpp"
#include "messages/sync_message.hpp"

#include <deque>
#include <unordered_set>

namespace warren::crdt {

/// How a session finds out what its peer has and we lack: it has the peer list its keys page by page, and keeps the
/// missing ids of one page as candidates until each of them was fetched, here or from another peer. A page is asked
/// for only when the one before is done with, so memory is bounded by one page.
///
/// This is the simplest reconciliation there is, linear in the peer's set; whatever replaces it has the same tasks: say
/// what to ask next, digest the answer, name the ids to fetch.
class id_listing {
public:
  explicit id_listing(std::size_t page_keys) noexcept : page_keys_{page_keys} {}

  /// Begins a listing; if one is running, another one follows it.
  void start() noexcept;

  /// Returns true from start() until the last candidate of the last page is done with.
  bool running() const noexcept { return running_; }

  /// Returns true while a page was asked for and has not come.
  bool awaiting_page() const noexcept { return asked_ != 0; }

  /// Returns the next question, if it is time for one; `request` is its number.
  std::optional<sync::list> poll_list(std::uint32_t request);

  /// Takes a page. Fails with unasked or unordered_keys, which no honest peer causes.
  std::error_code handle_page(const sync::page& page, const crdt_engine& engine, wall_time now);

  /// Claims and returns up to `most` candidates that are worth fetching from this peer now.
  std::vector<item_id> take_wanted(
      std::size_t most, const crdt_engine& engine, fetch_claims& claims, peer_handle peer);

  /// Returns true, once, when `id` is a candidate: then the peer has it. It is a candidate no longer.
  bool take_candidate(const item_id& id) { return candidates_.erase(id) > 0; }

  /// Listings that ran to their end.
  std::uint64_t finished() const noexcept { return finished_; }

private:
  void begin() noexcept;

  std::size_t page_keys_;
  bool running_ = false;
  bool again_ = false;
  bool last_page_seen_ = false;
  std::uint32_t asked_ = 0;
  std::optional<item_key> after_;
  std::unordered_set<item_id> candidates_;
  std::deque<item_id> order_; // of candidates_, and some that are no longer
  std::uint64_t tried_at_ =
      ~std::uint64_t{0}; // fetch_claims::releases() when all of order_ was found claimed
  std::uint64_t finished_ = 0;
};

} // namespace warren::crdt
