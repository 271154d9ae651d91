#include "actors/table_keeper.hpp"
#include "tests/support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace warren;
using namespace warren::test;

namespace {

struct table_keeper_fixture {
  std::string refusal_of(const std::string& path) {
    auto opened = table_keeper::open(path);
    return opened ? "" : to_string(opened.error());
  }

  void write(const std::string& path, const std::string& content) {
    std::ofstream{path, std::ios::binary} << content;
  }

  std::string read(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  temp_directory home;
  std::string file = (home.path() / "dht.state").string();
};

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(table_keeper_test, table_keeper_fixture)

BOOST_AUTO_TEST_CASE(what_was_stored_is_there_in_the_next_run) {
  {
    auto first = table_keeper::open(file);
    BOOST_REQUIRE(static_cast<bool>(first));
    BOOST_TEST((*first)->load().empty());
    (*first)->store(to_bytes("one"));
    (*first)->store(to_bytes("another"));
  }
  auto second = table_keeper::open(file);
  BOOST_REQUIRE(static_cast<bool>(second));
  BOOST_TEST(((*second)->load() == to_bytes("another")));
  struct stat about {};
  BOOST_REQUIRE(stat(file.c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 0777) == 0600);
  BOOST_TEST(std::distance(std::filesystem::directory_iterator{home.path()}, {}) == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_table_by_its_size_or_kind_is_refused_and_left_as_it_is) {
  auto large = std::string(2 << 20, 'x');
  write(file, large);
  BOOST_TEST(says(refusal_of(file), "too large"));
  BOOST_TEST((read(file) == large));
  auto pipe = (home.path() / "fifo").string();
  BOOST_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  BOOST_TEST(says(refusal_of(pipe), "not a regular file"));
  BOOST_TEST(std::filesystem::is_fifo(pipe));
  BOOST_TEST(says(refusal_of("/dev/null"), "not a regular file"));
  BOOST_TEST(std::filesystem::is_character_file("/dev/null"));
  BOOST_TEST(says(refusal_of(home.path().string()), "cannot be read and written"));
}

BOOST_AUTO_TEST_CASE(a_link_stays_a_link_and_one_to_nowhere_is_refused) {
  auto link = (home.path() / "link").string();
  write(file, "kept");
  std::filesystem::create_symlink(file, link);
  {
    auto keeper = table_keeper::open(link);
    BOOST_REQUIRE(static_cast<bool>(keeper));
    BOOST_TEST(((*keeper)->load() == to_bytes("kept")));
    (*keeper)->store(to_bytes("new"));
  }
  BOOST_TEST(std::filesystem::is_symlink(link));
  BOOST_TEST(read(file) == "new");
  auto dangling = (home.path() / "dangling").string();
  std::filesystem::create_symlink(home.path() / "nowhere", dangling);
  BOOST_TEST(says(refusal_of(dangling), "cannot be read and written"));
}

BOOST_AUTO_TEST_CASE(a_second_keeper_of_the_same_file_is_refused_until_the_first_is_gone) {
  auto first = table_keeper::open(file);
  BOOST_REQUIRE(static_cast<bool>(first));
  BOOST_TEST(says(refusal_of(file), "another process"));
  (*first)->store(to_bytes("one"));
  BOOST_TEST(says(refusal_of(file), "another process"));
  (*first).reset();
  BOOST_TEST(refusal_of(file) == "");
}

// Where others may write too, such as /tmp, a link can lie in wait.
BOOST_AUTO_TEST_CASE(nothing_is_written_through_a_link_at_the_temporary_name) {
  auto victim = (home.path() / "victim").string();
  write(victim, "precious");
  for (auto name : {file + ".new", file + "." + std::to_string(getpid()) + ".new"})
    std::filesystem::create_symlink(victim, name);
  auto keeper = table_keeper::open(file);
  BOOST_REQUIRE(static_cast<bool>(keeper));
  (*keeper)->store(to_bytes("table"));
  BOOST_TEST(read(victim) == "precious");
  BOOST_TEST(read(file) == "table");
}

BOOST_AUTO_TEST_SUITE_END()
