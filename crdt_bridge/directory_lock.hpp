#pragma once

#include "crdt_bridge/item_store.hpp"

#include <filesystem>
#include <utility>
#include <variant>

namespace warren::crdt {

/// Holds a directory for one process: an advisory lock (flock) on the file "lock" in it. The system releases it however
/// the process ends.
class directory_lock {
public:
  /// Makes the directory if it is missing. Fails with errc::locked or errc::io_failed.
  static std::variant<directory_lock, store_failure> acquire(const std::filesystem::path& directory);

  directory_lock(directory_lock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  directory_lock& operator=(directory_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~directory_lock();

private:
  explicit directory_lock(int descriptor) noexcept : descriptor_{descriptor} {}

  int descriptor_;
};

} // namespace warren::crdt
