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

  /// Returns what was stored last; empty when nothing was, or there is a problem().
  bytes load() const;

  /// Says why the file that is there cannot be used: it is empty, too large, or cannot be read. Empty when all is well;
  /// set_aside() ends the problem.
  std::string problem() const;

  /// Forgets what is kept. A file is renamed, with ".bad" added to its name, so that somebody can look at it; an earlier
  /// one of that name is replaced. Returns what to tell people.
  std::string set_aside();

  /// Replaces what is kept. The file is replaced as a whole and only once the new one is on the disk, so that a crash
  /// leaves the old or the new one, of the host as well. A file that cannot be written costs only a slower next start: the
  /// log tells the first time of a row, and each is counted.
  void store(bytes table);

  /// Returns how often the file could not be written.
  std::uint64_t failed_writes() const;

private:
  std::string file_;
  mutable std::mutex mutex_;
  bytes table_;
  std::string problem_;
  bool writable_ = true;
  std::uint64_t failed_writes_ = 0;
};

} // namespace warren
