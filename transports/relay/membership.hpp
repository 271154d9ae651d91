#pragma once

#include "messages/blinded_topic.hpp"
#include "transports/relay/server_events.hpp"

#include <unordered_map>
#include <unordered_set>

namespace warren::relay {

/// Which guests are in which blinded topic.
class membership {
public:
  /// Returns false when already a member.
  bool join(const blinded_topic& where, guest_id guest);

  /// Returns false when not a member.
  bool leave(const blinded_topic& where, guest_id guest);

  /// Returns the members of `where`; valid until the next change.
  const std::unordered_set<guest_id>& members(const blinded_topic& where) const;

  std::size_t topics() const noexcept { return topics_.size(); }

private:
  std::unordered_map<blinded_topic, std::unordered_set<guest_id>> topics_;
};

} // namespace warren::relay
