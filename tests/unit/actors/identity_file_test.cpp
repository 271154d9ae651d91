#include "actors/identity_file.hpp"

#include "tests/support/seeded_random.hpp"
#include "tests/support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

using namespace warren;

namespace {

struct fixture {
  test::seeded_random random{42};
  test::temp_directory home;
  std::filesystem::path directory = home.path();
  std::filesystem::path file = directory / "identity.key";
};

void check_refused(const caf::expected<crypto::identity>& got, const std::string& part) {
  BOOST_TEST_REQUIRE(!got);
  BOOST_TEST(is(got.error(), errc::bad_config));
  BOOST_TEST((describe(got.error()).find(part) != std::string::npos), describe(got.error()));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(identity_file_test, fixture)

BOOST_AUTO_TEST_CASE(the_first_start_makes_an_identity_that_the_second_one_finds) {
  auto made = load_or_create_identity(file, random);
  BOOST_TEST_REQUIRE(static_cast<bool>(made));
  auto found = load_or_create_identity(file, random);
  BOOST_TEST_REQUIRE(static_cast<bool>(found));
  BOOST_TEST((made->id() == found->id()));
}

BOOST_AUTO_TEST_CASE(only_the_owner_may_read_a_new_identity_and_nothing_is_left_beside_it) {
  auto old = umask(0);
  BOOST_TEST_REQUIRE(static_cast<bool>(create_identity(file, random)));
  umask(old);
  struct stat about {};
  BOOST_TEST_REQUIRE(stat(file.c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 07777) == 0600u);
  auto entries =
      std::distance(std::filesystem::directory_iterator{directory}, std::filesystem::directory_iterator{});
  BOOST_TEST(entries == 1);
}

BOOST_AUTO_TEST_CASE(an_identity_is_never_overwritten) {
  auto made = create_identity(file, random);
  check_refused(create_identity(file, random), "exists already");
  auto found = load_identity(file);
  BOOST_TEST_REQUIRE(static_cast<bool>(found));
  BOOST_TEST((made->id() == found->id()));
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_read_is_refused) {
  BOOST_TEST_REQUIRE(static_cast<bool>(create_identity(file, random)));
  for (auto mode : {0640u, 0604u, 0620u}) {
    BOOST_TEST_REQUIRE(chmod(file.c_str(), mode) == 0);
    check_refused(load_identity(file), "chmod 600");
  }
}

BOOST_AUTO_TEST_CASE(a_missing_file_a_directory_and_garbage_are_refused) {
  check_refused(load_identity(file), "cannot be read");
  check_refused(load_identity(directory), "regular file");
  std::ofstream{file} << "warren-identity-1 zz";
  chmod(file.c_str(), 0600);
  check_refused(load_identity(file), "no Warren identity");
  check_refused(load_or_create_identity(file, random), "no Warren identity");
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there_is_refused) {
  check_refused(create_identity(directory / "missing" / "identity.key", random), "cannot be written");
}

BOOST_AUTO_TEST_SUITE_END()
