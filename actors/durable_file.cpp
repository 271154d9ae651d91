#include "actors/durable_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace warren {

namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

bool write_all(int fd, byte_view content) {
  while (!content.empty()) {
    auto n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    content = content.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

/// A name is on disk when its directory is.
std::error_code sync_directory_of(const std::filesystem::path& file) {
  auto parent = file.parent_path().empty() ? std::filesystem::path{"."} : file.parent_path();
  descriptor directory{open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return directory && fsync(directory.get()) != 0 ? last_error() : std::error_code{};
}

} // namespace

descriptor::~descriptor() {
  if (fd_ >= 0)
    close(fd_);
}

descriptor::descriptor(descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {
}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

std::error_code write_durably(
    const std::filesystem::path& file, byte_view content, if_exists what, descriptor* locked) {
  auto temporary = fmt::format("{}.{}.new", file.string(), getpid());
  unlink(temporary.c_str()); // of an earlier process with this number
  descriptor out{open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!out)
    return last_error();
  std::error_code why;
  auto move = what == if_exists::replace ? rename : link;
  if (!write_all(out.get(), content) || fsync(out.get()) != 0
      || (locked && flock(out.get(), LOCK_EX | LOCK_NB) != 0) || move(temporary.c_str(), file.c_str()) != 0)
    why = last_error();
  unlink(temporary.c_str());
  if (!why)
    why = sync_directory_of(file);
  if (!why && locked)
    *locked = std::move(out);
  return why;
}

} // namespace warren
