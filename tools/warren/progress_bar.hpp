#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace warren::program {

/// A line on stderr that is drawn over and over, when stderr is a terminal; nothing otherwise.
class progress_bar {
public:
  /// `total` 0: not known.
  progress_bar(std::string what, std::uint64_t total);

  /// Clears the line.
  ~progress_bar();

  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  /// Draws at most ten times a second.
  void update(std::uint64_t done);

private:
  void draw(std::uint64_t done) const;

  std::string what_;
  std::uint64_t total_;
  bool terminal_;
  std::chrono::steady_clock::time_point next_;
};

} // namespace warren::program
