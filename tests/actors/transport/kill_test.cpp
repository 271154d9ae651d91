#include "tests/actors/transport/swarm_fixture.hpp"

#include "actors/supervisor_state.hpp"

using namespace warren;
using namespace warren::test;

namespace {

/// Returns the supervisor's state; the deterministic scheduler has nobody else run meanwhile.
supervisor_state& state_of(const transport_actor& transport) {
  auto pointer = caf::actor_cast<caf::abstract_actor*>(transport);
  return *static_cast<act::state_actor<supervisor_state>*>(pointer)->state;
}

std::vector<caf::actor> children_of(const transport_actor& transport) {
  auto& state = state_of(transport);
  std::vector<caf::actor> result{caf::actor_cast<caf::actor>(state.dht), state.dialler};
  for (const auto& [address, stream] : state.streams)
    result.push_back(stream.actor);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kill_test)

// DESIGN section 1: killing any one child at any moment must leave the process able to finish its work. The moments: after
// so many seconds of the run, each child that lives then.
BOOST_AUTO_TEST_CASE(killing_any_one_child_at_any_moment_lets_the_work_finish) {
  for (auto moment : {0ms, 1ms, 150ms, 1'500ms, 10'000ms}) {
    for (std::size_t victim = 0; victim < 3; ++victim) {
      BOOST_TEST_CONTEXT("child " << victim << " killed after " << moment.count() << " ms") {
        swarm_fixture world;
        auto a = world.start(10);
        auto b = world.start(11);
        world.join(a);
        world.join(b);
        world.pass(moment);
        auto children = children_of(a.transport);
        if (victim >= children.size())
          continue; // no connection yet at that moment
        world.kill(children[victim]);
        world.pass(3min);
        // The work: a message from a to b over the newest connection.
        BOOST_REQUIRE(!a.subscriber.all<connected>().empty());
        BOOST_REQUIRE(!b.subscriber.all<connected>().empty());
        auto open = a.subscriber.all<connected>().back();
        auto peer = b.subscriber.all<connected>().back();
        act::anon_mail(grant_credit{peer.key.channel, 1000}).send(peer.connection);
        (void)world.attempt(open.connection, write_chunk{open.key.channel, chunk{as_byte_view("done")}});
        world.pass(1s);
        BOOST_TEST(b.subscriber.all<chunk_received>().size() == 1u);
        // Each connection but the newest was reported closed.
        BOOST_TEST(a.subscriber.all<closed>().size() + 1 == a.subscriber.all<connected>().size());
        BOOST_TEST(b.subscriber.all<closed>().size() + 1 == b.subscriber.all<connected>().size());
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_child_that_keeps_dying_takes_the_transport_down_naming_it, swarm_fixture) {
  auto a = start(10);
  pass(1s);
  std::optional<caf::error> reason;
  auto observer = track(spawn_function([&](caf::event_based_actor* self) -> caf::behavior {
    self->monitor(a.transport);
    self->set_down_handler([&](const caf::down_msg& down) { reason = down.reason; });
    return {[](int) {}};
  }));
  run();
  for (int i = 0; i < 20 && !reason; ++i) {
    kill(caf::actor_cast<caf::actor>(state_of(a.transport).dht));
    pass(2s);
  }
  BOOST_REQUIRE(reason.has_value());
  BOOST_TEST(is(*reason, errc::child_failed), caf::to_string(*reason));
  BOOST_TEST(describe(*reason).find("routing_table") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_killed_connection_actor_still_says_closed, swarm_fixture) {
  auto a = start(10);
  auto b = start(11);
  join(a);
  join(b);
  pass(10s);
  BOOST_REQUIRE(a.subscriber.all<connected>().size() == 1u);
  kill(a.subscriber.all<connected>().front().connection);
  pass(100ms);
  BOOST_REQUIRE(a.subscriber.all<closed>().size() == 1u);
  BOOST_TEST((a.subscriber.all<closed>().front().reason == errc::path_lost));
  // The peer learns it at once, from the stream's DESTROY, and not after a time-out.
  BOOST_TEST(b.subscriber.all<closed>().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
