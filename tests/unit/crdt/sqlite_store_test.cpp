#include "crdt_bridge/errc.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/unit/crdt/store_support.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sqlite3.h>

using namespace warren;
using namespace warren::crdt;
using namespace warren::test;

namespace {

std::string file_text(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream{file, std::ios::binary} << text;
}

void run_sql(const std::filesystem::path& file, const char* sql) {
  sqlite3* handle = nullptr;
  BOOST_REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  BOOST_REQUIRE(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

std::error_code open_error(
    const std::filesystem::path& directory, const std::string& name = "db", std::uint8_t engine = 1) {
  auto opened = sqlite_store::open({directory, name, engine});
  auto failed = std::get_if<store_failure>(&opened);
  if (!failed)
    return {};
  BOOST_TEST_MESSAGE(failed->detail);
  BOOST_TEST(failed->detail.find(directory.string()) != std::string::npos); // says where
  return failed->code;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sqlite_store_)

BOOST_AUTO_TEST_CASE(what_was_committed_is_there_when_opened_again) {
  temp_directory directory;
  contents expected;
  {
    auto store = open_store(directory.path() / "deep" / "er");
    for (int i = 0; i < 50; ++i) {
      change_set changes;
      changes.added = {numbered(2 * i), numbered(2 * i + 1)};
      if (i > 0)
        changes.removed = {numbered(2 * i - 1).key};
      BOOST_REQUIRE(!store->commit(changes));
      replay(expected, changes);
    }
    BOOST_TEST((read_all(*store) == expected));
  }
  auto store = open_store(directory.path() / "deep" / "er");
  BOOST_TEST((read_all(*store) == expected));
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_for_stored_in_a_file_that_was_removed_or_replaced) {
  for (bool replaced : {false, true}) {
    temp_directory directory;
    auto store = open_store(directory.path() / "one");
    change_set changes;
    changes.added = {numbered(1)};
    BOOST_REQUIRE(!store->commit(changes));
    std::filesystem::remove_all(directory.path() / "one");
    if (replaced)
      open_store(directory.path() / "one");
    changes.added = {numbered(2)};
    auto failed = store->commit(changes);
    BOOST_REQUIRE(failed);
    BOOST_TEST((failed->code == errc::io_failed));
  }
}

BOOST_AUTO_TEST_CASE(timestamps_keep_all_64_bits) {
  temp_directory directory;
  auto far = make_item({"s", "f", 1e300, "1"});
  auto store = open_store(directory.path());
  BOOST_REQUIRE(!store->commit({{far}, {}}));
  BOOST_TEST((read_all(*store).at(far.key.id) == far));
}

BOOST_AUTO_TEST_CASE(a_second_opener_is_refused_until_the_first_is_gone) {
  temp_directory directory;
  auto store = open_store(directory.path());
  BOOST_TEST(open_error(directory.path()) == errc::locked);
  store.reset();
  BOOST_TEST(!open_error(directory.path()));
}

BOOST_AUTO_TEST_CASE(another_database_or_engine_in_the_directory_is_refused) {
  temp_directory directory;
  open_store(directory.path());
  BOOST_TEST(open_error(directory.path(), "other") == errc::other_database);
  BOOST_TEST(open_error(directory.path(), "db", 2) == errc::other_database);
  BOOST_TEST(!open_error(directory.path()));
}

BOOST_AUTO_TEST_CASE(a_newer_file_is_refused_and_not_touched) {
  temp_directory directory;
  open_store(directory.path());
  run_sql(directory.path() / "items.db", "PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)");
  auto before = file_text(directory.path() / "items.db");
  BOOST_TEST(open_error(directory.path()) == errc::newer_version);
  BOOST_TEST((file_text(directory.path() / "items.db") == before));
}

BOOST_AUTO_TEST_CASE(foreign_files_are_refused_and_not_touched) {
  temp_directory directory;
  auto file = directory.path() / "items.db";
  write_text(file, std::string(5000, 'x'));
  BOOST_TEST(open_error(directory.path()) == errc::corrupt);
  BOOST_TEST((file_text(file) == std::string(5000, 'x')));
  std::filesystem::remove(file);
  run_sql(file, "CREATE TABLE photos(id INTEGER)");
  auto before = file_text(file);
  BOOST_TEST(open_error(directory.path()) == errc::corrupt);
  BOOST_TEST((file_text(file) == before));
}

BOOST_AUTO_TEST_CASE(an_empty_file_becomes_a_new_database) {
  temp_directory directory;
  write_text(directory.path() / "items.db", "");
  BOOST_TEST(!open_error(directory.path()));
}

BOOST_AUTO_TEST_CASE(damage_in_the_file_is_found_when_it_is_opened_or_loaded) {
  temp_directory directory;
  auto file = directory.path() / "items.db";
  {
    auto store = open_store(directory.path());
    change_set changes;
    for (int i = 0; i < 500; ++i)
      changes.added.push_back(numbered(i));
    BOOST_REQUIRE(!store->commit(changes));
  }
  auto whole = file_text(file);
  BOOST_REQUIRE(whole.size() > 20'000);
  int found = 0;
  for (std::size_t at = 100; at < whole.size(); at += 1777) {
    auto damaged = whole;
    for (std::size_t k = at; k < std::min(at + 64, damaged.size()); ++k)
      damaged[k] = static_cast<char>(damaged[k] ^ 0x5A);
    write_text(file, damaged);
    auto opened = try_open(directory.path());
    if (auto failed = std::get_if<store_failure>(&opened)) {
      BOOST_TEST((failed->code.category() == category()));
      ++found;
      BOOST_REQUIRE((file_text(file) == damaged)); // never overwritten
      continue;
    }
    auto& store = std::get<0>(opened);
    contents read;
    auto failed = store->load([&read](const item& stored) {
      read.emplace(stored.key.id, stored);
      return check_item(stored, {});
    });
    if (failed)
      ++found;
    else // it hit unused room: nothing was lost
      BOOST_TEST(read.size() == 500);
  }
  BOOST_TEST(found > 5);
}

BOOST_AUTO_TEST_CASE(a_cut_file_is_refused) {
  temp_directory directory;
  auto file = directory.path() / "items.db";
  {
    auto store = open_store(directory.path());
    change_set changes;
    for (int i = 0; i < 500; ++i)
      changes.added.push_back(numbered(i));
    BOOST_REQUIRE(!store->commit(changes));
  }
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  BOOST_TEST(open_error(directory.path()) == errc::corrupt);
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_an_io_failure) {
  temp_directory directory;
  write_text(directory.path() / "file", "x");
  BOOST_TEST(open_error(directory.path() / "file" / "below") == errc::io_failed);
}

BOOST_AUTO_TEST_CASE(every_code_has_a_text) {
  for (int value = 1; value <= static_cast<int>(errc::other_database); ++value)
    BOOST_TEST(make_error_code(static_cast<errc>(value)).message() != "unknown error");
}

BOOST_AUTO_TEST_SUITE_END()
