#include "crdt_bridge/sqlite_store.hpp"

#include "crdt_bridge/errc.hpp"

#include <sqlite3.h>

namespace warren::crdt {

namespace {

// "WRRN", in the file's header where file(1) and SQLite look for whose it is.
constexpr std::int64_t application_id = 0x5752524E;

errc kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return errc::disk_full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return errc::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return errc::locked;
    default:
      return errc::io_failed;
  }
}

item read_row(sqlite3_stmt* row, bool& well_formed) {
  item stored;
  auto id = static_cast<const std::byte*>(sqlite3_column_blob(row, 0));
  well_formed = id && sqlite3_column_bytes(row, 0) == static_cast<int>(item_id::size);
  if (well_formed)
    std::copy_n(id, item_id::size, stored.key.id.octets.begin());
  stored.key.timestamp = static_cast<std::uint64_t>(sqlite3_column_int64(row, 1));
  auto payload = static_cast<const std::byte*>(sqlite3_column_blob(row, 2));
  if (payload)
    stored.payload.assign(payload, payload + sqlite3_column_bytes(row, 2));
  return stored;
}

} // namespace

void sqlite_store::closer::operator()(sqlite3* handle) const noexcept {
  sqlite3_close_v2(handle);
}

void sqlite_store::closer::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

std::variant<std::unique_ptr<sqlite_store>, store_failure> sqlite_store::open(const options& opts) {
  auto lock = directory_lock::acquire(opts.directory);
  if (auto failed = std::get_if<store_failure>(&lock))
    return std::move(*failed);
  std::unique_ptr<sqlite_store> store{
      new sqlite_store{std::get<directory_lock>(std::move(lock)), opts.directory / "items.db"}};
  if (auto failed = store->open_file(opts))
    return std::move(*failed);
  return store;
}

std::optional<store_failure> sqlite_store::open_file(const options& opts) {
  sqlite3* handle = nullptr;
  auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  auto code = sqlite3_open_v2(file_.c_str(), &handle, flags, opts.vfs);
  database_.reset(handle);
  if (code != SQLITE_OK)
    return failure(code, "open");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 1000);
  if (sqlite3_db_readonly(handle, "main") == 1)
    return refuse(errc::io_failed, "it is read-only");
  // Reading comes first: a file that is not ours must not be changed, not even its journal mode.
  bool fresh = false;
  if (auto failed = check_header(opts, fresh))
    return failed;
  if (auto failed = execute("PRAGMA journal_mode=WAL"))
    return failed;
  if (auto failed = execute("PRAGMA synchronous=FULL"))
    return failed;
  if (auto failed = fresh ? create(opts) : check_content(opts))
    return failed;
  // OR REPLACE: a transaction that failed while it was flushed may have reached the disk all the same.
  if (auto failed =
          prepare("INSERT OR REPLACE INTO items(id, timestamp, payload) VALUES(?1, ?2, ?3)", insert_))
    return failed;
  return prepare("DELETE FROM items WHERE id = ?1", remove_);
}

std::optional<store_failure> sqlite_store::check_header(const options& opts, bool& fresh) {
  std::int64_t application = 0;
  std::int64_t version = 0;
  std::int64_t objects = 0;
  if (auto failed = read_int("PRAGMA application_id", application))
    return failed;
  if (auto failed = read_int("PRAGMA user_version", version))
    return failed;
  if (auto failed = read_int("SELECT count(*) FROM sqlite_master", objects))
    return failed;
  fresh = application == 0 && version == 0 && objects == 0;
  if (fresh)
    return std::nullopt;
  if (application != application_id)
    return refuse(errc::corrupt, "it is an SQLite file of another program");
  if (version > schema_version)
    return refuse(
        errc::newer_version,
        "schema " + std::to_string(version) + ", known are up to " + std::to_string(schema_version));
  if (version != schema_version)
    return refuse(errc::corrupt, "unknown schema " + std::to_string(version));
  std::string database;
  std::string engine;
  if (auto failed = read_text("SELECT value FROM meta WHERE key = 'database'", database))
    return failed;
  if (auto failed = read_text("SELECT value FROM meta WHERE key = 'engine'", engine))
    return failed;
  if (database != opts.database || engine != std::to_string(opts.engine))
    return refuse(errc::other_database, "it holds database \"" + database + "\"");
  return std::nullopt;
}

std::optional<store_failure> sqlite_store::check_content(const options&) {
  std::string answer;
  if (auto failed = read_text("PRAGMA quick_check(1)", answer))
    return failed;
  if (answer != "ok")
    return refuse(errc::corrupt, answer);
  return std::nullopt;
}

std::optional<store_failure> sqlite_store::create(const options& opts) {
  if (auto failed = execute("BEGIN IMMEDIATE"))
    return failed;
  auto sql =
      "PRAGMA application_id = " + std::to_string(application_id)
      + ";PRAGMA user_version = " + std::to_string(schema_version)
      + ";CREATE TABLE items(id BLOB NOT NULL UNIQUE, timestamp INTEGER NOT NULL, payload BLOB NOT NULL)"
        ";CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
        ";INSERT INTO meta VALUES('engine', '"
      + std::to_string(opts.engine) + "')";
  if (auto failed = execute(sql.c_str()))
    return failed;
  statement name;
  if (auto failed = prepare("INSERT INTO meta VALUES('database', ?1)", name))
    return failed;
  sqlite3_bind_text64(name.get(), 1, opts.database.data(), opts.database.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (auto code = sqlite3_step(name.get()); code != SQLITE_DONE)
    return failure(code, "create");
  return execute("COMMIT");
}

std::optional<store_failure> sqlite_store::load(const std::function<std::error_code(const item&)>& each) {
  statement rows;
  if (auto failed = prepare("SELECT id, timestamp, payload FROM items", rows))
    return failed;
  for (;;) {
    auto code = sqlite3_step(rows.get());
    if (code == SQLITE_DONE)
      return std::nullopt;
    if (code != SQLITE_ROW)
      return failure(code, "read");
    bool well_formed = false;
    auto stored = read_row(rows.get(), well_formed);
    auto why = well_formed ? each(stored) : make_error_code(errc::malformed_item);
    if (why)
      return refuse(errc::corrupt, "item " + to_hex(stored.key.id.octets) + ": " + why.message());
  }
}

std::optional<store_failure> sqlite_store::commit(const change_set& changes) {
  if (auto failed = execute("BEGIN IMMEDIATE"))
    return failed;
  auto failed = write_all(changes);
  if (!failed)
    failed = execute("COMMIT");
  if (!failed)
    failed = check_in_place();
  // A failed COMMIT may leave the transaction open, and some errors have rolled it back already.
  if (failed && sqlite3_get_autocommit(database_.get()) == 0)
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  return failed;
}

/// What is written to a file that was removed or replaced is on disk, and lost all the same.
std::optional<store_failure> sqlite_store::check_in_place() {
  int moved = 0;
  if (sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK
      && moved != 0)
    return refuse(
        errc::io_failed, "the file was removed or replaced while it is in use; put it back and restart");
  return std::nullopt;
}

std::optional<store_failure> sqlite_store::write_all(const change_set& changes) {
  for (const auto& key : changes.removed) {
    sqlite3_bind_blob(remove_.get(), 1, key.id.octets.data(), item_id::size, SQLITE_STATIC);
    auto code = sqlite3_step(remove_.get());
    sqlite3_reset(remove_.get());
    if (code != SQLITE_DONE)
      return failure(code, "write");
  }
  for (const auto& added : changes.added) {
    sqlite3_bind_blob(insert_.get(), 1, added.key.id.octets.data(), item_id::size, SQLITE_STATIC);
    sqlite3_bind_int64(insert_.get(), 2, static_cast<std::int64_t>(added.key.timestamp));
    sqlite3_bind_blob64(insert_.get(), 3, added.payload.data(), added.payload.size(), SQLITE_STATIC);
    auto code = sqlite3_step(insert_.get());
    sqlite3_reset(insert_.get());
    if (code != SQLITE_DONE)
      return failure(code, "write");
  }
  return std::nullopt;
}

std::optional<store_failure> sqlite_store::execute(const char* sql) {
  auto code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? std::nullopt : std::optional{failure(code, sql)};
}

std::optional<store_failure> sqlite_store::prepare(const char* sql, statement& out) {
  sqlite3_stmt* prepared = nullptr;
  auto code = sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  out.reset(prepared);
  return code == SQLITE_OK ? std::nullopt : std::optional{failure(code, sql)};
}

std::optional<store_failure> sqlite_store::read_int(const char* sql, std::int64_t& out) {
  statement row;
  if (auto failed = prepare(sql, row))
    return failed;
  auto code = sqlite3_step(row.get());
  if (code != SQLITE_ROW)
    return failure(code, sql);
  out = sqlite3_column_int64(row.get(), 0);
  return std::nullopt;
}

std::optional<store_failure> sqlite_store::read_text(const char* sql, std::string& out) {
  statement row;
  if (auto failed = prepare(sql, row))
    return failed;
  auto code = sqlite3_step(row.get());
  if (code == SQLITE_DONE)
    return refuse(errc::corrupt, "an entry is missing");
  if (code != SQLITE_ROW)
    return failure(code, sql);
  auto text = reinterpret_cast<const char*>(sqlite3_column_text(row.get(), 0));
  out.assign(text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(row.get(), 0)));
  return std::nullopt;
}

store_failure sqlite_store::failure(int code, const char* what) const {
  auto kind = make_error_code(kind_of(code));
  auto reason = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code);
  return {kind, file_.string() + ": " + kind.message() + " (" + reason + " at: " + what + ")"};
}

store_failure sqlite_store::refuse(std::error_code code, const std::string& detail) const {
  return {code, file_.string() + ": " + code.message() + " (" + detail + ")"};
}

} // namespace warren::crdt
