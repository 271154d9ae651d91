#include "crdt_bridge/directory_lock.hpp"

#include "crdt_bridge/errc.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace warren::crdt {

std::variant<directory_lock, store_failure> directory_lock::acquire(const std::filesystem::path& directory) {
  std::error_code why;
  std::filesystem::create_directories(directory, why);
  if (why)
    return store_failure{
        errc::io_failed, "cannot make directory " + directory.string() + ": " + why.message()};
  auto file = directory / "lock";
  auto descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    why = {errno, std::system_category()};
    return store_failure{errc::io_failed, "cannot open " + file.string() + ": " + why.message()};
  }
  directory_lock lock{descriptor};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return store_failure{errc::locked, directory.string() + ": " + make_error_code(errc::locked).message()};
    why = {errno, std::system_category()};
    return store_failure{errc::io_failed, "cannot lock " + file.string() + ": " + why.message()};
  }
  return lock;
}

directory_lock::~directory_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

} // namespace warren::crdt
