#include "actors/session_directory.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace warren;
using namespace warren::test;

namespace {

struct directory_fixture : actor_fixture {
  static session::session_id id(std::uint8_t n) { return {{std::byte{n}}}; }

  static peer_id peer(std::uint8_t n) {
    peer_id result;
    result.octets[0] = std::byte{n};
    return result;
  }

  caf::actor owner() { return record<deadline_reached>().handle; }

  session_directory directory;
  caf::actor first = owner();
  caf::actor second = owner();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_directory_test, directory_fixture)

BOOST_AUTO_TEST_CASE(a_peer_is_held_as_long_as_one_of_its_sessions_is_admitted_and_not_ending) {
  directory.add(id(1), peer(1), first.address());
  directory.add(id(2), peer(1), second.address());
  directory.add(id(3), peer(2), owner().address());
  BOOST_TEST(!directory.holds(peer(1)), "none is admitted at first");
  directory.set_admitted(id(1));
  directory.set_admitted(id(2));
  BOOST_TEST(directory.holds(peer(1)));
  BOOST_TEST(!directory.holds(peer(2)));
  BOOST_TEST(!directory.holds(peer(3)));
  directory.set_ending(id(1));
  BOOST_TEST(directory.holds(peer(1)));
  directory.remove(id(1));
  BOOST_TEST(directory.holds(peer(1)));
  directory.remove(id(2));
  BOOST_TEST(!directory.holds(peer(1)));
}

BOOST_AUTO_TEST_CASE(a_session_is_found_by_its_id_and_by_its_owner) {
  directory.add(id(1), peer(1), first.address());
  BOOST_TEST((directory.find(id(1)) == first));
  BOOST_TEST(!directory.find(id(2)));
  BOOST_TEST(!directory.is_ending(first.address()));
  BOOST_TEST(directory.is_ending(second.address()), "one that is gone, or never was");
  directory.set_ending(id(1));
  BOOST_TEST(directory.is_ending(first.address()));
  directory.remove(id(1));
  directory.remove(id(1));
  BOOST_TEST(directory.is_ending(first.address()));
  BOOST_TEST(!directory.find(id(1)));
}

BOOST_AUTO_TEST_CASE(a_session_that_is_added_again_has_its_last_owner) {
  directory.add(id(1), peer(1), first.address());
  directory.set_admitted(id(1));
  directory.add(id(1), peer(2), second.address());
  BOOST_TEST((directory.find(id(1)) == second));
  BOOST_TEST(directory.is_ending(first.address()));
  BOOST_TEST(!directory.is_ending(second.address()));
  BOOST_TEST(!directory.holds(peer(1)));
}

BOOST_AUTO_TEST_SUITE_END()
