#include "tests/actors/transport/swarm_fixture.hpp"

#include <iostream>
#include <sstream>

using namespace warren;
using namespace warren::test;

namespace {

/// Understands get_name only.
struct deaf_state {
  explicit deaf_state(caf::event_based_actor*) {}

  caf::behavior make_behavior() {
    return {[](get_name) { return std::string{"deaf"}; }};
  }
};

/// What is written to standard output meanwhile.
struct captured_output {
  captured_output() : before{std::cout.rdbuf(text.rdbuf())} {}
  ~captured_output() { std::cout.rdbuf(before); }

  std::ostringstream text;
  std::streambuf* before;
};

struct unexpected_fixture : swarm_fixture {
  std::uint64_t counted() const { return act::unexpected_messages - before; }

  bool answers(const caf::actor& to) { return ask<std::string>(to, get_name{}) == "deaf"; }

  std::uint64_t before = act::unexpected_messages;
  captured_output output;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(unexpected_message_test, unexpected_fixture)

BOOST_AUTO_TEST_CASE(an_unexpected_message_is_counted_and_neither_printed_nor_the_end_of_anyone) {
  auto deaf = spawn<deaf_state>();
  auto other = spawn<deaf_state>();
  act::anon_mail(circuit_closed{}).send(deaf);
  // Sent in the name of an actor, which must not suffer for it.
  caf::send_as(other, deaf, circuit_closed{});
  run();
  BOOST_TEST(counted() == 2u);
  BOOST_TEST(answers(deaf));
  BOOST_TEST(answers(other));
  BOOST_TEST(output.text.str() == "");
}

BOOST_AUTO_TEST_CASE(an_unexpected_request_is_answered_with_an_error) {
  auto deaf = spawn<deaf_state>();
  auto answer = std::optional<caf::error>{};
  spawn_function([&](caf::event_based_actor* self) {
    self->request(deaf, caf::infinite, circuit_closed{})
        .then([] {}, [&](const caf::error& e) { answer = e; });
  });
  run();
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST((*answer == caf::sec::unexpected_message));
  BOOST_TEST(counted() == 1u);
  BOOST_TEST(output.text.str() == "");
}

BOOST_AUTO_TEST_CASE(a_transport_tells_in_its_status_how_many_there_were) {
  auto a = start(10);
  act::anon_mail(circuit_closed{}).send(caf::actor_cast<caf::actor>(a.transport));
  run();
  BOOST_TEST(counted() == 1u);
  auto counters = ask<transport_status>(a.transport, get_status{}).counters;
  BOOST_TEST(counters["actors.unexpected_message"] == act::unexpected_messages.load());
  BOOST_TEST(output.text.str() == "");
}

BOOST_AUTO_TEST_SUITE_END()
