#include "actors/table_keeper.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace warren {

namespace {

/// Largest file read back; a table of dht::max_saved_nodes nodes is far smaller.
constexpr std::size_t largest_file = 1 << 20;

caf::error refused(const std::string& file, const std::string& why) {
  return make_error(errc::bad_config, fmt::format("saved DHT table {}: {}", file, why));
}

caf::error unusable(const std::string& file) {
  return refused(
      file, fmt::format("cannot be read and written ({}); give another file", std::strerror(errno)));
}

/// Returns where a symbolic link leads, as the file is replaced and not the link.
std::string target_of(const std::string& file) {
  std::error_code error;
  auto target = std::filesystem::canonical(file, error);
  return error ? file : target.string();
}

bool same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool read_whole(int fd, bytes& out) {
  std::size_t got = 0;
  while (got < out.size()) {
    auto n = ::read(fd, out.data() + got, out.size() - got);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n == 0; // somebody cut it off meanwhile: what is there will be judged
    got += static_cast<std::size_t>(n);
  }
  return true;
}

} // namespace

caf::expected<std::shared_ptr<table_keeper>> table_keeper::open(const std::string& file, sharing how) {
  auto result = std::make_shared<table_keeper>();
  if (file.empty())
    return result;
  auto path = target_of(file);
  // Not blocked by a FIFO, and no link is made a file of.
  descriptor in{::open(path.c_str(), O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0600)};
  struct stat about {};
  if (!in || fstat(in.get(), &about) != 0)
    return unusable(file);
  if (!S_ISREG(about.st_mode))
    return refused(file, "is not a regular file; give another one");
  if (static_cast<std::size_t>(about.st_size) > largest_file)
    return refused(file, "is too large for a saved table and left as it is; give another file");
  auto directory = std::filesystem::path{path}.parent_path();
  if (access(directory.empty() ? "." : directory.c_str(), W_OK | X_OK) != 0)
    return unusable(file);
  if (how == sharing::locked) {
    struct stat named {};
    // Between open() and flock() the process that keeps it may have put another file in its place.
    if (flock(in.get(), LOCK_EX | LOCK_NB) != 0 || stat(path.c_str(), &named) != 0 || !same_file(about, named))
      return refused(file, "another process keeps its table there; give each node a file of its own");
  }
  result->table_.resize(static_cast<std::size_t>(about.st_size));
  if (!read_whole(in.get(), result->table_))
    return unusable(file);
  if (how == sharing::locked)
    result->lock_ = std::move(in);
  result->file_ = path;
  result->how_ = how;
  return result;
}

bytes table_keeper::load() const {
  std::lock_guard guard{mutex_};
  return table_;
}

std::string table_keeper::set_aside() {
  std::lock_guard guard{mutex_};
  table_.clear();
  if (file_.empty())
    return "the table kept in memory is dropped";
  std::error_code error;
  std::filesystem::rename(file_, file_ + ".bad", error);
  return error ? file_ + " cannot be renamed: " + error.message() : file_ + " is now " + file_ + ".bad";
}

void table_keeper::store(bytes table) {
  std::lock_guard guard{mutex_};
  table_ = std::move(table);
  if (file_.empty())
    return;
  auto why = write_durably(file_, table_, if_exists::replace, how_ == sharing::locked ? &lock_ : nullptr);
  if (why && !failing_)
    spdlog::warn(
        "saved DHT table {}: cannot be written ({}); the next start will need bootstrap nodes", file_,
        why.message());
  else if (!why && failing_)
    spdlog::info("saved DHT table {}: is written again", file_);
  failing_ = static_cast<bool>(why);
  failed_writes_ += failing_ ? 1 : 0;
}

std::uint64_t table_keeper::failed_writes() const {
  std::lock_guard guard{mutex_};
  return failed_writes_;
}

} // namespace warren
