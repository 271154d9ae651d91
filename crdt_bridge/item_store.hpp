#pragma once

#include "messages/item.hpp"

#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace warren::crdt {

/// What one transaction does to a set of items.
struct change_set {
  std::vector<item> added;
  std::vector<item_key> removed;

  bool empty() const noexcept { return added.empty() && removed.empty(); }
};

/// Why the store could not do it: the kind, and for people what happened and what to do.
struct store_failure {
  std::error_code code;
  std::string detail;
};

/// Where the items of one database are kept.
class item_store {
public:
  virtual ~item_store() = default;

  /// Calls `each` for every item. Stops at the first one for which it returns an error, and fails with that.
  virtual std::optional<store_failure> load(const std::function<std::error_code(const item&)>& each) = 0;

  /// Makes `changes` durable, all or nothing; on return without a failure they are on disk. After a failure the store
  /// holds what it held before, except that a disk which failed while it was told to flush may still have kept them:
  /// then they show again at the next start.
  virtual std::optional<store_failure> commit(const change_set& changes) = 0;
};

} // namespace warren::crdt
