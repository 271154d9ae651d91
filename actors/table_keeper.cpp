#include "actors/table_keeper.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace warren {

namespace {

/// Largest file read back; a table of dht::max_saved_nodes nodes is far smaller.
constexpr std::size_t largest_file = 1 << 20;

bytes read_file(const std::string& path) {
  std::error_code error;
  auto size = std::filesystem::file_size(path, error);
  if (error || size > largest_file)
    return {};
  std::ifstream in{path, std::ios::binary};
  std::string content{std::istreambuf_iterator<char>{in}, {}};
  return to_bytes(content);
}

bool write_file(const std::string& path, byte_view content) {
  auto temporary = path + ".new";
  {
    std::ofstream out{temporary, std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    if (!out.flush())
      return false;
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  return !error;
}

} // namespace

table_keeper::table_keeper(std::string file) : file_{std::move(file)} {
  if (!file_.empty())
    table_ = read_file(file_);
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
  if (!file_.empty() && !write_file(file_, table_))
    ++failed_writes_;
}

std::uint64_t table_keeper::failed_writes() const {
  std::lock_guard guard{mutex_};
  return failed_writes_;
}

} // namespace warren
