#include "actors/table_keeper.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <utility>

namespace warren {

namespace {

/// Largest file read back; a table of dht::max_saved_nodes nodes is far smaller.
constexpr std::size_t largest_file = 1 << 20;

/// Reads the file at `path` into `content`, which stays empty when there is none. Returns why it cannot be used.
std::string read_file(const std::string& path, bytes& content) {
  std::error_code error;
  auto size = std::filesystem::file_size(path, error);
  if (error == std::errc::no_such_file_or_directory)
    return {};
  if (error)
    return error.message();
  if (size == 0)
    return "the file is empty";
  if (size > largest_file)
    return "the file is larger than any table";
  std::ifstream in{path, std::ios::binary};
  std::string octets{std::istreambuf_iterator<char>{in}, {}};
  if (octets.empty())
    return "the file cannot be read";
  content = to_bytes(octets);
  return {};
}

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// Writes `content` and waits until it is on the disk.
std::error_code write_through(const std::string& path, byte_view content) {
  auto file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0)
    return last_error();
  std::error_code result;
  while (!content.empty() && !result) {
    auto written = write(file, content.data(), content.size());
    if (written >= 0)
      content = content.subspan(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      result = last_error();
  }
  if (!result && fsync(file) != 0)
    result = last_error();
  close(file);
  return result;
}

std::error_code replace_file(const std::string& path, byte_view content) {
  auto temporary = path + ".new";
  auto result = write_through(temporary, content);
  if (!result)
    std::filesystem::rename(temporary, path, result);
  return result;
}

} // namespace

table_keeper::table_keeper(std::string file) : file_{std::move(file)} {
  if (!file_.empty())
    problem_ = read_file(file_, table_);
}

bytes table_keeper::load() const {
  std::lock_guard guard{mutex_};
  return table_;
}

std::string table_keeper::problem() const {
  std::lock_guard guard{mutex_};
  return problem_;
}

std::string table_keeper::set_aside() {
  std::lock_guard guard{mutex_};
  table_.clear();
  problem_.clear();
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
  auto why = replace_file(file_, table_);
  failed_writes_ += why ? 1 : 0;
  if (std::exchange(writable_, !why) && why)
    spdlog::warn(
        "the DHT table cannot be saved: {}: {}; the next start will be slower", file_, why.message());
}

std::uint64_t table_keeper::failed_writes() const {
  std::lock_guard guard{mutex_};
  return failed_writes_;
}

} // namespace warren
