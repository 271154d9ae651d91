#pragma once

#include "messages/bytes.hpp"

#include <filesystem>
#include <system_error>

namespace warren {

/// A file descriptor, closed with its owner. Below zero: none.
class descriptor {
public:
  explicit descriptor(int fd = -1) noexcept : fd_{fd} {}
  ~descriptor();
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

private:
  int fd_;
};

/// What write_durably() does about a file that is there.
enum class if_exists { replace, refuse };

/// Writes `content` to `file` as a whole, mode 0600: after a crash or a loss of power there is the old file or the new one. It
/// is written under a temporary name beside it, where no link is followed. Returns what failed (file_exists for
/// if_exists::refuse). `locked`, when given, becomes the new file's descriptor, with its lock (flock(2)) taken before the file
/// has its name.
std::error_code write_durably(
    const std::filesystem::path& file, byte_view content, if_exists what, descriptor* locked = nullptr);

} // namespace warren
