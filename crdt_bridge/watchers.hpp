#pragma once

#include "crdt_bridge/replica.hpp"
#include "messages/types.hpp"

#include <map>
#include <set>
#include <string>

namespace warren {

/// Who is told of changed fields, by prefix of the soul. Bounded: at most `most` pairs of watcher and prefix.
class watchers {
public:
  explicit watchers(std::size_t most) noexcept : most_{most} {}

  /// Returns false when there is no room. Watching the same prefix again changes nothing.
  bool add(const caf::actor& watcher, const std::string& prefix);

  void remove(const caf::actor_addr& watcher);

  bool watches(const caf::actor_addr& watcher) const { return prefixes_.contains(watcher); }

  /// Tells everyone concerned of the fields in `event`; each watcher hears of a field once.
  void tell(const crdt::items_changed& event) const;

private:
  std::size_t most_;
  std::size_t count_ = 0;
  std::map<caf::actor_addr, std::set<std::string>> prefixes_;
};

} // namespace warren
