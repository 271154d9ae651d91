#include "tests/actors/transport/state_of.hpp"
#include "tests/actors/transport/swarm_fixture.hpp"
#include "transports/net/udp_socket.hpp"

using namespace warren;
using namespace warren::test;

namespace {

struct kill_fixture : swarm_fixture {
  /// A node with an io_driver besides: its socket is real, but nobody sends to it.
  node start_with_driver(std::uint16_t port) {
    auto setup = setup_at(port);
    setup.socket = *net::udp_socket::bind(at(0));
    return start(std::move(setup));
  }

  /// Kills the child of `a` while `b` has joined too, and has them do their work: a message from a to b over the newest
  /// connection, all others reported closed.
  void kill_and_work(const caf::actor& victim) {
    BOOST_REQUIRE((victim != nullptr));
    kill(victim);
    pass(3min);
    BOOST_REQUIRE(!a.subscriber.all<connected>().empty());
    BOOST_REQUIRE(!b.subscriber.all<connected>().empty());
    auto open = a.subscriber.all<connected>().back();
    auto peer = b.subscriber.all<connected>().back();
    act::anon_mail(grant_credit{peer.key.channel, 1000}).send(peer.connection);
    (void)attempt(open.connection, write_chunk{open.key.channel, chunk{as_byte_view("done")}});
    pass(1s);
    BOOST_TEST(b.subscriber.all<chunk_received>().size() == 1u);
    BOOST_TEST(a.subscriber.all<closed>().size() + 1 == a.subscriber.all<connected>().size());
    BOOST_TEST(b.subscriber.all<closed>().size() + 1 == b.subscriber.all<connected>().size());
  }

  node a = start_with_driver(10);
  node b = start(11);
};

} // namespace

BOOST_AUTO_TEST_SUITE(kill_test)

// DESIGN section 1: killing any one child at any moment must leave the process able to finish its work. The moments: after
// so many seconds of the run. The relay's link is in relay_mode_test.
BOOST_AUTO_TEST_CASE(killing_any_one_child_at_any_moment_lets_the_work_finish) {
  const std::vector<std::pair<std::string, std::function<caf::actor(supervisor_state&)>>> children{
      {"io_driver", [](auto& state) { return state.driver; }},
      {"routing_table", [](auto& state) { return caf::actor_cast<caf::actor>(state.dht); }},
      {"dial_endpoint", [](auto& state) { return state.dialler; }},
  };
  for (auto moment : {0ms, 1ms, 150ms, 1'500ms, 10'000ms}) {
    for (const auto& [name, child] : children) {
      BOOST_TEST_CONTEXT(name << " killed after " << moment.count() << " ms") {
        kill_fixture world;
        world.join(world.a);
        world.join(world.b);
        world.pass(moment);
        world.kill_and_work(child(state_of(world.a.transport)));
        auto counters = world.ask<transport_status>(world.a.transport, get_status{}).counters;
        BOOST_TEST(counters["supervisor.child_restarted"] == 1u);
      }
    }
  }
}

// Whatever the killed DHT node had announced or not, the next one does it again. Others forget after half an hour.
BOOST_AUTO_TEST_CASE(killing_the_dht_node_amid_a_healthy_announcement_leaves_the_peer_findable) {
  auto hash = garden.info_hash();
  for (auto repeated : {false, true}) {
    for (std::size_t last : {1, 2, 3, 4}) {
      BOOST_TEST_CONTEXT((repeated ? "repetition" : "first time") << ", killed at datagram " << last) {
        swarm_fixture world;
        auto a = world.start(10);
        world.pass(10s);
        if (repeated) {
          world.join(a);
          world.pass(14min);
        }
        std::size_t seen = 0;
        world.network.tamper = [&](const bytes& datagram) {
          auto text = as_text(datagram);
          // Lookups repeat, and say nothing about the announcement.
          if (seen == 0
              && (text.find(as_text(hash)) == std::string::npos
                  || (repeated && world.now() < time_point{1h + 15min})))
            return;
          if (++seen == last)
            caf::anon_send_exit(state_of(a.transport).dht, caf::exit_reason::kill);
        };
        if (!repeated)
          world.join(a);
        world.pass(45min);
        BOOST_TEST(seen >= last);
        auto counters = world.ask<transport_status>(a.transport, get_status{}).counters;
        BOOST_TEST(counters["supervisor.child_restarted"] == 1u);
        auto seeker = world.start(11);
        world.pass(10s);
        auto found = world.ask<std::vector<peer_info>>(seeker.transport, lookup_topic{garden});
        BOOST_REQUIRE(found.size() == 1u);
        BOOST_TEST(found.front().address == to_string(a.where));
        world.network.tamper = {};
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(killing_a_connection_at_any_moment_of_its_life_lets_the_work_finish) {
  for (auto age : {0ms, 1ms, 150ms, 10'000ms}) {
    BOOST_TEST_CONTEXT("killed " << age.count() << " ms after it began") {
      kill_fixture world;
      world.join(world.a);
      world.join(world.b);
      auto& streams = state_of(world.a.transport).streams;
      for (int i = 0; i < 10'000 && streams.empty(); ++i)
        world.pass(1ms);
      BOOST_REQUIRE(!streams.empty());
      world.pass(age);
      BOOST_REQUIRE(!streams.empty());
      world.kill_and_work(streams.begin()->second.actor);
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
  // The stream's DESTROY tells the peer that its path is gone. That the session is gone too it learns with the first dial: its own,
  // at once, or that of the other side, which comes after its first backoff. Long before its resume window is over.
  pass(swarm::dial_policy{}.first_backoff);
  BOOST_TEST(b.subscriber.all<closed>().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
