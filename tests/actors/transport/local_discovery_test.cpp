#include "actors/local_discovery.hpp"

#include "tests/actors/transport/state_of.hpp"
#include "tests/actors/transport/swarm_fixture.hpp"

using namespace warren;
using namespace warren::test;

namespace {

/// Transports without any DHT node to meet at, in one local network whose multicast reaches them all.
struct lan_fixture : swarm_fixture {
  lan_fixture() { network.cut(bootstrap); }

  ~lan_fixture() {
    kill_tracked(); // they still send as they go
  }

  supervisor_setup lan_setup(std::uint16_t port) {
    auto setup = setup_at(port);
    setup.spawn_discovery = [this, port](const caf::actor& supervisor) -> caf::expected<caf::actor> {
      lsd::config settings{*endpoint::parse(bt_search::ipv4_group), port};
      auto actor = spawn_local_discovery(sys, settings, std::make_shared<lan_link>(*this), supervisor);
      heard_by.push_back(actor);
      return actor;
    };
    return setup;
  }

  void multicast(byte_view said) {
    ++messages;
    for (const auto& neighbour : heard_by) {
      auto slab = std::make_shared<std::pair<bytes, net::packet>>();
      slab->first = to_bytes(said);
      slab->second = {at(6771), slab->first};
      auto view = std::span<const net::packet>{&slab->second, 1};
      act::anon_mail(packets_arrived{std::make_shared<const net::packet_batch>(slab, view)}).send(neighbour);
    }
  }

  struct lan_link final : multicast_link {
    explicit lan_link(lan_fixture& lan) : world{lan} {}

    std::size_t send(byte_view said) override {
      if (world.interfaces > 0)
        world.multicast(said);
      return world.interfaces;
    }

    bool refresh() override { return world.interfaces > std::exchange(known, world.interfaces); }

    lan_fixture& world;
    std::size_t known = 0;
  };

  std::size_t interfaces = 1;
  std::vector<caf::actor> heard_by;
  int messages = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(local_discovery_test, lan_fixture)

BOOST_AUTO_TEST_CASE(peers_in_one_local_network_meet_without_any_dht_node) {
  auto a = start(lan_setup(10));
  auto b = start(lan_setup(11));
  join(a);
  pass(2min);
  BOOST_TEST(a.subscriber.all<connected>().empty());
  join(b);
  pass(10s);
  BOOST_TEST(a.subscriber.all<connected>().size() == 1u);
  BOOST_TEST(b.subscriber.all<connected>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_topic_that_was_left_is_announced_no_more) {
  auto a = start(lan_setup(10));
  join(a);
  pass(11min);
  BOOST_TEST(messages == 3);
  (void)attempt(a.transport, leave_topic{garden});
  pass(1h);
  BOOST_TEST(messages == 3);
}

BOOST_AUTO_TEST_CASE(a_killed_local_discovery_is_started_again_with_its_topics) {
  auto a = start(lan_setup(10));
  join(a);
  pass(10s);
  kill(state_of(a.transport).discovery);
  pass(10s);
  auto b = start(lan_setup(11));
  join(b);
  pass(10s);
  BOOST_TEST(a.subscriber.all<connected>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_interface_that_comes_up_later_is_used_soon) {
  interfaces = 0;
  auto a = start(lan_setup(10));
  auto b = start(lan_setup(11));
  join(a);
  join(b);
  pass(2min);
  BOOST_TEST(messages == 0);
  BOOST_TEST((ask<transport_status>(a.transport, get_status{}).counters["lsd.unsent"]) > 0u);
  interfaces = 1;
  pass(1min);
  BOOST_TEST(a.subscriber.all<connected>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_transport_goes_on_when_local_discovery_cannot_start) {
  auto setup = setup_at(10);
  setup.spawn_discovery = [](const caf::actor&) -> caf::expected<caf::actor> {
    return make_error(errc::network_failed, "the port is taken");
  };
  auto a = start(std::move(setup));
  pass(1h);
  auto counters = ask<transport_status>(a.transport, get_status{}).counters;
  BOOST_TEST(counters["supervisor.local_discovery_failed"] > 10u);
}

BOOST_AUTO_TEST_CASE(garbage_in_the_group_is_counted_in_the_status) {
  auto a = start(lan_setup(10));
  pass(0s);
  multicast(as_byte_view("garbage"));
  pass(1s);
  BOOST_TEST((ask<transport_status>(a.transport, get_status{}).counters["lsd.malformed"]) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
