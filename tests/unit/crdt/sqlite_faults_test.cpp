// Every operation of the disk fails once, for each in turn: a store that says no must not have said yes before, and must
// go on from what it held.
#include "crdt_bridge/errc.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/unit/crdt/store_support.hpp"

#include <boost/test/unit_test.hpp>
#include <new>
#include <sqlite3.h>

using namespace warren;
using namespace warren::crdt;
using namespace warren::test;

namespace {

// A layer over SQLite's own file system calls that counts those which change the disk and fails some.
struct faults {
  int operations = 0;
  int fail_at = 0; // 0: never
  bool for_ever = false;
  int code = SQLITE_IOERR_WRITE;

  int next() {
    ++operations;
    bool hit = fail_at > 0 && (operations == fail_at || (for_ever && operations > fail_at));
    return hit ? code : SQLITE_OK;
  }
};

faults disk;

struct file {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* real(sqlite3_file* f) {
  return reinterpret_cast<file*>(f)->real;
}

sqlite3_vfs* real_vfs() {
  static auto instance = sqlite3_vfs_find(nullptr);
  return instance;
}

int write_file(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
  auto code = disk.next();
  return code != SQLITE_OK ? code : real(f)->pMethods->xWrite(real(f), data, size, at);
}

int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  auto code = disk.next();
  return code != SQLITE_OK ? code : real(f)->pMethods->xTruncate(real(f), size);
}

int sync_file(sqlite3_file* f, int flags) {
  auto code = disk.next();
  return code != SQLITE_OK ? code : real(f)->pMethods->xSync(real(f), flags);
}

template <auto Member>
struct pass;

template <class... Args, int (*sqlite3_io_methods::*Member)(sqlite3_file*, Args...)>
struct pass<Member> {
  static int call(sqlite3_file* f, Args... args) { return (real(f)->pMethods->*Member)(real(f), args...); }
};

void barrier(sqlite3_file* f) {
  real(f)->pMethods->xShmBarrier(real(f));
}

const sqlite3_io_methods methods = {
    2,
    [](sqlite3_file* f) {
      auto code = real(f)->pMethods ? real(f)->pMethods->xClose(real(f)) : SQLITE_OK;
      sqlite3_free(real(f));
      return code;
    },
    pass<&sqlite3_io_methods::xRead>::call,
    write_file,
    truncate_file,
    sync_file,
    pass<&sqlite3_io_methods::xFileSize>::call,
    pass<&sqlite3_io_methods::xLock>::call,
    pass<&sqlite3_io_methods::xUnlock>::call,
    pass<&sqlite3_io_methods::xCheckReservedLock>::call,
    pass<&sqlite3_io_methods::xFileControl>::call,
    pass<&sqlite3_io_methods::xSectorSize>::call,
    pass<&sqlite3_io_methods::xDeviceCharacteristics>::call,
    pass<&sqlite3_io_methods::xShmMap>::call,
    pass<&sqlite3_io_methods::xShmLock>::call,
    barrier,
    pass<&sqlite3_io_methods::xShmUnmap>::call,
    nullptr,
    nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  auto made = reinterpret_cast<file*>(f);
  made->real = static_cast<sqlite3_file*>(sqlite3_malloc(real_vfs()->szOsFile));
  made->base.pMethods = &methods;
  auto code = real_vfs()->xOpen(real_vfs(), name, made->real, flags, out_flags);
  if (code != SQLITE_OK) {
    sqlite3_free(made->real);
    made->base.pMethods = nullptr;
  }
  return code;
}

const char* faulty_vfs() {
  static const char* registered = [] {
    static auto vfs = *real_vfs();
    vfs.zName = "faulty";
    vfs.szOsFile = sizeof(file);
    vfs.xOpen = open_file;
    vfs.pNext = nullptr;
    sqlite3_vfs_register(&vfs, 0);
    return "faulty";
  }();
  return registered;
}

change_set step(int n) {
  change_set changes;
  for (int i = 0; i < 30; ++i)
    changes.added.push_back(numbered(30 * n + i));
  if (n > 0)
    changes.removed = {numbered(30 * n - 1).key};
  return changes;
}

// Commits step 0, then step 1 with the fault, then step 2 without. Returns false when the fault was never reached.
bool run_with_fault(int at, bool for_ever, int code) {
  temp_directory directory;
  contents expected;
  disk = {};
  {
    auto store = open_store(directory.path(), faulty_vfs());
    BOOST_REQUIRE(!store->commit(step(0)));
    replay(expected, step(0));
    disk = {0, at, for_ever, code};
    auto failed = store->commit(step(1));
    bool reached = disk.operations >= at;
    disk = {};
    if (failed) {
      BOOST_TEST(!failed->detail.empty());
      BOOST_TEST(failed->code == (code == SQLITE_FULL ? errc::disk_full : errc::io_failed));
    } else {
      replay(expected, step(1));
    }
    BOOST_REQUIRE((read_all(*store) == expected));
    auto third = step(2);
    if (failed)
      third.removed.clear();
    BOOST_REQUIRE(!store->commit(third));
    replay(expected, third);
    BOOST_REQUIRE((read_all(*store) == expected));
    if (!reached)
      return false;
  }
  auto store = open_store(directory.path());
  BOOST_REQUIRE((read_all(*store) == expected));
  return true;
}

void fail_each_in_turn(bool for_ever, int code) {
  int at = 1;
  while (run_with_fault(at, for_ever, code))
    BOOST_REQUIRE(++at < 1000);
  BOOST_TEST_MESSAGE("a commit has " << at - 1 << " operations");
  BOOST_TEST(at > 3);
}

} // namespace

BOOST_AUTO_TEST_SUITE(sqlite_faults)

BOOST_AUTO_TEST_CASE(a_write_that_fails_once_changes_nothing) {
  fail_each_in_turn(false, SQLITE_IOERR_WRITE);
}

BOOST_AUTO_TEST_CASE(a_disk_that_stays_full_changes_nothing) {
  fail_each_in_turn(true, SQLITE_FULL);
}

BOOST_AUTO_TEST_CASE(a_flush_that_fails_is_no_acknowledgement) {
  fail_each_in_turn(true, SQLITE_IOERR_FSYNC);
}

BOOST_AUTO_TEST_CASE(a_database_whose_making_fails_can_be_made_later) {
  for (int at = 1;; ++at) {
    BOOST_REQUIRE(at < 1000);
    temp_directory directory;
    disk = {0, at, true, SQLITE_FULL};
    bool opened =
        std::holds_alternative<std::unique_ptr<sqlite_store>>(try_open(directory.path(), faulty_vfs()));
    bool reached = disk.operations >= at;
    disk = {};
    auto store = open_store(directory.path());
    BOOST_TEST(read_all(*store).empty());
    BOOST_REQUIRE(!store->commit(step(0)));
    if (opened && !reached)
      break;
  }
}

BOOST_AUTO_TEST_SUITE_END()
