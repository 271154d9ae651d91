#pragma once

#include "crdt_bridge/directory_lock.hpp"
#include "crdt_bridge/item_store.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace warren::crdt {

/// The embedded store: one SQLite file, "items.db", in write-ahead-log mode with synchronous=FULL, so that commit() returns
/// once the transaction has been flushed to the disk and kill -9 at any moment loses nothing committed.
///
/// The file says whose it is: the application id "WRRN", the schema version, the database's name and its engine. Anything
/// else than what is expected there, and any damage that SQLite or the items' own hashes reveal, is refused and never
/// written to.
class sqlite_store final : public item_store {
public:
  static constexpr int schema_version = 1;

  struct options {
    std::filesystem::path directory;
    std::string database;
    std::uint8_t engine = 0;
    /// Name of an SQLite VFS, for tests; null is the default one.
    const char* vfs = nullptr;
  };

  static std::variant<std::unique_ptr<sqlite_store>, store_failure> open(const options& opts);

  std::optional<store_failure> load(const std::function<std::error_code(const item&)>& each) override;
  std::optional<store_failure> commit(const change_set& changes) override;

private:
  struct closer {
    void operator()(sqlite3* handle) const noexcept;
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using statement = std::unique_ptr<sqlite3_stmt, closer>;

  sqlite_store(directory_lock lock, std::filesystem::path file)
      : lock_{std::move(lock)}, file_{std::move(file)} {}

  std::optional<store_failure> open_file(const options& opts);
  std::optional<store_failure> check_header(const options& opts, bool& fresh);
  std::optional<store_failure> check_content(const options& opts);
  std::optional<store_failure> create(const options& opts);
  std::optional<store_failure> write_all(const change_set& changes);
  std::optional<store_failure> check_in_place();
  std::optional<store_failure> execute(const char* sql);
  std::optional<store_failure> prepare(const char* sql, statement& out);
  std::optional<store_failure> read_int(const char* sql, std::int64_t& out);
  std::optional<store_failure> read_text(const char* sql, std::string& out);
  store_failure failure(int code, const char* what) const;
  store_failure refuse(std::error_code code, const std::string& detail) const;

  directory_lock lock_;
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, closer> database_;
  statement insert_;
  statement remove_;
};

} // namespace warren::crdt
