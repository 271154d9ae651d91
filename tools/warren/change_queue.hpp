#pragma once

#include "messages/bytes.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace warren::program {

/// What a node told of its changes and is not printed yet: filled on an io thread, emptied by the one that prints. Bounded
/// by the reads that were granted.
class change_queue {
public:
  /// A message, or why no more come.
  struct entry {
    bytes message;
    std::optional<std::string> ended;
  };

  change_queue();
  ~change_queue();

  change_queue(const change_queue&) = delete;
  change_queue& operator=(const change_queue&) = delete;

  void push(bytes message);

  /// Nothing comes after this.
  void end(std::string why);

  /// Readable (poll) while take() has something to return.
  int descriptor() const noexcept { return event_; }

  /// Returns the oldest entry; waits for one.
  entry take();

private:
  void add(entry next);

  int event_;
  std::mutex mutex_;
  std::deque<entry> entries_;
};

} // namespace warren::program
