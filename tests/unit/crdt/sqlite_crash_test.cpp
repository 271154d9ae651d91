// A child process writes and says what was acknowledged; it is killed at a random point; what it said must be there.
#include "tests/support/seeded_random.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/unit/crdt/store_support.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace warren;
using namespace warren::crdt;
using namespace warren::test;

namespace {

// What transaction n does: some items come, some of the one before go.
change_set transaction(int n) {
  change_set changes;
  for (int i = 0; i < 4; ++i)
    changes.added.push_back(numbered(4 * n + i));
  if (n > 0)
    changes.removed = {numbered(4 * n - 1).key, numbered(4 * n - 2).key};
  return changes;
}

[[noreturn]] void write_for_ever(const std::filesystem::path& directory, int first, int out) {
  auto opened = try_open(directory);
  auto store = std::get_if<0>(&opened);
  for (int n = first; store && !(*store)->commit(transaction(n)); ++n)
    if (::write(out, &n, sizeof(n)) != sizeof(n))
      break;
  ::_exit(1);
}

// Runs a writer from transaction `first` on, kills it after `acks` acknowledgements and `spins` system calls more, and returns the last transaction it acknowledged.
int run_and_kill(const std::filesystem::path& directory, int first, std::uint64_t acks, std::uint64_t spins) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  auto child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    write_for_ever(directory, first, ends[1]);
  }
  ::close(ends[1]);
  int last = first - 1;
  int n = 0;
  for (std::uint64_t i = 0; i < acks; ++i) {
    BOOST_REQUIRE(::read(ends[0], &n, sizeof(n)) == sizeof(n));
    last = n;
  }
  for (std::uint64_t i = 0; i < spins; ++i)
    ::getppid(); // a little time
  ::kill(child, SIGKILL);
  while (::read(ends[0], &n, sizeof(n)) == sizeof(n))
    last = n; // said before it died
  ::close(ends[0]);
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFSIGNALED(status));
  return last;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sqlite_crash)

BOOST_AUTO_TEST_CASE(sigkill_at_any_moment_loses_nothing_acknowledged_and_damages_nothing) {
  seeded_random random{20261122};
  temp_directory directory;
  contents expected;
  int done = -1; // transactions that are in `expected`
  for (int round = 0; round < 25; ++round) {
    auto acknowledged = run_and_kill(directory.path(), done + 1, random.below(40), random.below(100'000));
    for (; done < acknowledged; ++done)
      replay(expected, transaction(done + 1));
    auto store = open_store(directory.path());
    auto found = read_all(*store);
    if (found != expected) {
      // At most the one that was under way has reached the disk too.
      replay(expected, transaction(++done));
      BOOST_REQUIRE((found == expected));
    }
  }
  BOOST_TEST_MESSAGE(done << " transactions in 25 rounds");
}

BOOST_AUTO_TEST_SUITE_END()
