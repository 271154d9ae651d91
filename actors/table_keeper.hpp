#pragma once

#include "messages/bytes.hpp"

#include <mutex>
#include <string>

namespace warren {

/// Keeps a DHT node's saved table (dht::saved_table, encoded) from one incarnation of its actor to the next, and with a
/// file also from one run of the process to the next.
class table_keeper {
public:
  /// An empty `file` keeps the table in memory only.
  explicit table_keeper(std::string file = {});

  /// Returns what was stored last; empty when nothing was, or the file cannot be read.
  bytes load() const;

  /// Forgets what is kept. A file is renamed, with ".bad" added to its name, so that somebody can look at it; an earlier
  /// one of that name is replaced. Returns what to tell people.
  std::string set_aside();

  /// Replaces what is kept. The file is replaced as a whole, so a crash leaves the old or the new one. A file that cannot
  /// be written costs only a slower next start, and is counted.
  void store(bytes table);

  /// Returns how often the file could not be written.
  std::uint64_t failed_writes() const;

private:
  std::string file_;
  mutable std::mutex mutex_;
  bytes table_;
  std::uint64_t failed_writes_ = 0;
};

} // namespace warren
