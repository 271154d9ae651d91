#pragma once

#include "messages/item.hpp"

#include <cstdint>
#include <unordered_map>

namespace warren::crdt {

/// Names one peer of a replica; never used twice.
using peer_handle = std::uint64_t;

/// Who is fetching which item, so that an item that several peers have is asked for once. An id stays claimed until the
/// item was decided on, was found to be gone at that peer, or the peer stalled or left.
class fetch_claims {
public:
  /// Returns false when another peer has the claim.
  bool claim(const item_id& id, peer_handle by) { return owners_.try_emplace(id, by).first->second == by; }

  bool is_claimed(const item_id& id) const { return owners_.contains(id); }

  void release(const item_id& id) {
    if (owners_.erase(id) > 0)
      ++releases_;
  }

  void release(const item_id& id, peer_handle by) {
    if (auto found = owners_.find(id); found != owners_.end() && found->second == by)
      release(id);
  }

  void release_all(peer_handle by) {
    releases_ += std::erase_if(owners_, [by](const auto& entry) { return entry.second == by; });
  }

  /// Grows whenever a claim is released: then it is worth trying again.
  std::uint64_t releases() const noexcept { return releases_; }

private:
  std::unordered_map<item_id, peer_handle> owners_;
  std::uint64_t releases_ = 0;
};

} // namespace warren::crdt
