#include "transports/session/handshake.hpp"

#include "tests/support/seeded_random.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::session;

namespace {

struct fixture {
  test::seeded_random random{21};
  std::shared_ptr<const crypto::identity> a = make();
  std::shared_ptr<const crypto::identity> b = make();

  std::shared_ptr<const crypto::identity> make() {
    return std::make_shared<const crypto::identity>(crypto::identity::generate(random));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_handshake_phase, fixture)

BOOST_AUTO_TEST_CASE(three_messages_prove_both_identities_and_give_both_the_same_keys) {
  handshake initiator{a, role::initiator, 1, {}};
  handshake responder{b, role::responder, 2, {}};
  auto second = responder.on_message(random, initiator.start(random));
  BOOST_REQUIRE(second);
  auto third = initiator.on_message(random, *second);
  BOOST_REQUIRE(third);
  BOOST_TEST(initiator.is_done());
  auto none = responder.on_message(random, *third);
  BOOST_REQUIRE(none);
  BOOST_TEST(none->empty());
  BOOST_TEST(responder.is_done());
  BOOST_TEST((initiator.peer()->peer == b->id()));
  BOOST_TEST(initiator.peer()->instance == 2);
  BOOST_TEST((responder.peer()->peer == a->id()));
  BOOST_TEST(responder.peer()->instance == 1);
  BOOST_TEST(second->size() <= wire::max_handshake_frame);
  auto left = std::move(initiator).split();
  auto right = std::move(responder).split();
  BOOST_TEST((left.exporter == right.exporter));
  BOOST_TEST((left.handshake_hash == right.handshake_hash));
}

BOOST_AUTO_TEST_CASE(what_a_side_can_do_is_told_to_the_other_and_to_nobody_else) {
  for (std::uint32_t features : {0u, 2u, 0xfffffffeu}) {
    handshake initiator{a, role::initiator, 1, {}, features};
    handshake responder{b, role::responder, 2, {}, wire::compression_feature};
    auto second = responder.on_message(random, initiator.start(random));
    BOOST_REQUIRE(second);
    auto third = initiator.on_message(random, *second);
    BOOST_REQUIRE(third);
    BOOST_REQUIRE(responder.on_message(random, *third));
    BOOST_TEST(initiator.peer()->features == wire::compression_feature);
    BOOST_TEST(responder.peer()->features == features);
  }
}

BOOST_AUTO_TEST_CASE(an_identity_cannot_be_shown_by_one_who_only_heard_it) {
  // The thief relays the messages of two honest sides, but ends the handshake itself: the payload is bound to the keys.
  handshake initiator{a, role::initiator, 1, {}};
  handshake honest{b, role::responder, 2, {}};
  handshake thief{make(), role::responder, 2, {}};
  auto first = initiator.start(random);
  auto from_honest = honest.on_message(random, first);
  auto from_thief = thief.on_message(random, first);
  BOOST_REQUIRE((from_honest && from_thief));
  auto mixed = *from_thief;
  std::copy(from_honest->begin() + 32, from_honest->end(), mixed.begin() + 32);
  BOOST_TEST((initiator.on_message(random, mixed).error() == errc::handshake_failed));
  // A message that does not authenticate changes nothing.
  BOOST_TEST(bool(initiator.on_message(random, *from_honest)));
}

BOOST_AUTO_TEST_CASE(messages_after_the_end_are_refused) {
  handshake initiator{a, role::initiator, 1, {}};
  handshake responder{b, role::responder, 2, {}};
  auto second = responder.on_message(random, initiator.start(random));
  auto third = initiator.on_message(random, *second);
  BOOST_REQUIRE(responder.on_message(random, *third));
  BOOST_TEST((responder.on_message(random, *third).error() == errc::handshake_failed));
  BOOST_TEST((initiator.on_message(random, *second).error() == errc::handshake_failed));
}

BOOST_AUTO_TEST_SUITE_END()
