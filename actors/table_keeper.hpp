#pragma once

#include "actors/durable_file.hpp"
#include "messages/bytes.hpp"
#include "messages/errc.hpp"

#include <caf/expected.hpp>

#include <memory>
#include <mutex>
#include <string>

namespace warren {

/// Keeps a DHT node's saved table (dht::saved_table, encoded) from one incarnation of its actor to the next, and with a
/// file also from one run of the process to the next.
class table_keeper {
public:
  /// Whether the file is locked as long as the keeper lives, so that no second process runs as the same node.
  enum class sharing { locked, trusted };

  /// Keeps the table in memory only.
  table_keeper() = default;

  /// Keeps the table in `file`, or where `file` leads as a symbolic link; it is made when it is not there. Refused
  /// (bad_config) when it cannot be read or written, is not a regular file, is too large for a saved table, or another
  /// process keeps its table there. An empty `file` keeps it in memory.
  static caf::expected<std::shared_ptr<table_keeper>> open(
      const std::string& file, sharing how = sharing::locked);

  /// Returns what was stored last; empty when nothing was.
  bytes load() const;

  /// Forgets what is kept. A file is renamed, with ".bad" added to its name, so that somebody can look at it; an earlier
  /// one of that name is replaced. Returns what to tell people.
  std::string set_aside();

  /// Replaces what is kept, the file durably and as a whole (write_durably()). A file that cannot be written costs a slower
  /// next start: it is told in the log when that begins and when it is over, and each time is counted.
  void store(bytes table);

  /// Returns how often the file could not be written.
  std::uint64_t failed_writes() const;

private:
  std::string file_;
  sharing how_ = sharing::trusted;
  mutable std::mutex mutex_;
  descriptor lock_;
  bytes table_;
  bool failing_ = false;
  std::uint64_t failed_writes_ = 0;
};

} // namespace warren
