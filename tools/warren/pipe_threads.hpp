#pragma once

#include "tools/warren/program_types.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <semaphore>
#include <thread>

namespace warren::program {

/// Reads a file descriptor on a thread of its own, one part per permit, and tells `to` with input_read.
class input_reader {
public:
  input_reader(int fd, caf::actor to);

  /// Does not wait for a read that blocks: the thread is left to the end of the process.
  ~input_reader();

  input_reader(const input_reader&) = delete;
  input_reader& operator=(const input_reader&) = delete;

  /// Lets `parts` more parts be read.
  void permit(std::ptrdiff_t parts);

private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

/// Writes to a file descriptor on a thread of its own and tells `to` with output_written. What is queued is bounded by the
/// credit the peer was given.
class output_writer {
public:
  output_writer(int fd, caf::actor to);
  ~output_writer();

  output_writer(const output_writer&) = delete;
  output_writer& operator=(const output_writer&) = delete;

  void write(chunk data);

private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

} // namespace warren::program
