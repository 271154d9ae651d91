// The actor of a DHT node: records, announcements that last, and requests under way when it is killed.
#include "tests/actors/transport/swarm_fixture.hpp"
#include "transports/dht/saved_table.hpp"

using namespace warren;
using namespace warren::test;

namespace {

struct table_fixture : swarm_fixture {
  using peers_log = recorder<dht_peers>;

  ~table_fixture() {
    kill_tracked(); // the network is gone before the base class would do it
  }

  dht_actor start_table(
      std::uint16_t port, std::shared_ptr<const crypto::identity> identity = {},
      std::shared_ptr<table_keeper> keeper = std::make_shared<table_keeper>()) {
    dht::config settings;
    settings.allow_same_ip = true;
    settings.bootstrap = {bootstrap};
    return track(spawn_routing_table(
        sys, network.make_port(at(port)), settings, std::move(keeper), std::move(identity)));
  }

  dht_lookup request(bool announce, const caf::actor& listener = {}) const {
    return {garden.info_hash(), listener, announce, 0};
  }

  /// Returns everybody that `by` finds, without repetitions of one that was named later.
  std::map<warren::endpoint, std::optional<peer_id>> find(const dht_actor& by) {
    auto log = record<dht_peers>();
    caf::anon_send(by, request(false, log.handle));
    pass(20s);
    std::map<warren::endpoint, std::optional<peer_id>> result;
    for (const auto& told : log.all<dht_peers>())
      for (const auto& [where, id] : told.peers)
        result[where] = id;
    return result;
  }

  /// Sends `what` and returns how it ended; empty while it is not answered.
  template <class Response, class Request>
  std::shared_ptr<std::optional<caf::error>> ending_of(const dht_actor& to, Request what) {
    auto answer = std::make_shared<std::optional<caf::error>>();
    spawn_function([=](caf::event_based_actor* self) {
      self->request(to, caf::infinite, what)
          .then([=](const Response&) { *answer = caf::error{}; }, [=](const caf::error& e) { *answer = e; });
    });
    pass(0s);
    return answer;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(routing_table_test, table_fixture)

BOOST_AUTO_TEST_CASE(a_peer_that_announces_with_an_identity_is_found_with_its_id) {
  auto identity = make_identity();
  auto named = start_table(10, identity);
  auto nameless = start_table(11);
  auto seeker = start_table(12);
  pass(10s);
  BOOST_TEST(ask<dht_summary>(named, request(true)).announced > 0u);
  BOOST_TEST(ask<dht_summary>(nameless, request(true)).announced > 0u);
  auto found = find(seeker);
  BOOST_REQUIRE(found.contains(at(10)));
  BOOST_REQUIRE(found.contains(at(11)));
  BOOST_TEST((found[at(10)] == identity->id()));
  BOOST_TEST(!found[at(11)].has_value());
}

BOOST_AUTO_TEST_CASE(an_announcement_and_its_record_last_until_they_are_forgotten) {
  auto identity = make_identity();
  auto peer = start_table(10, identity);
  auto seeker = start_table(12);
  pass(10s);
  BOOST_TEST(ask<dht_summary>(peer, request(true)).announced > 0u);
  pass(3h);
  auto found = find(seeker);
  BOOST_REQUIRE(found.contains(at(10)));
  BOOST_TEST((found[at(10)] == identity->id()));
  caf::anon_send(peer, dht_forget{garden.info_hash()});
  pass(20min);
  BOOST_TEST(find(seeker).contains(at(10)), "others remember it for half an hour");
  pass(20min);
  BOOST_TEST(find(seeker).empty());
}

BOOST_AUTO_TEST_CASE(an_announcement_that_nobody_took_is_made_once_somebody_answers) {
  network.cut(bootstrap);
  auto peer = start_table(10);
  auto first = ending_of<dht_summary>(peer, request(true));
  pass(1min);
  BOOST_REQUIRE(first->has_value());
  BOOST_TEST(is(**first, errc::network_failed));
  network.mend(bootstrap);
  pass(5min);
  auto seeker = start_table(12);
  pass(10s);
  BOOST_TEST(find(seeker).contains(at(10)));
}

// Whatever was asked of it ends with an answer, whether the actor has read the question or not.
BOOST_AUTO_TEST_CASE(every_kind_of_request_ends_when_the_actor_is_killed) {
  network.cut(bootstrap);
  for (auto moment : {0ms, 1ms, 700ms, 5'000ms}) {
    BOOST_TEST_CONTEXT("killed after " << moment.count() << " ms") {
      auto table = start_table(10);
      std::vector<std::pair<std::string, std::shared_ptr<std::optional<caf::error>>>> asked{
          {"lookup", ending_of<dht_summary>(table, request(false))},
          {"announce", ending_of<dht_summary>(table, request(true))},
          {"bootstrap", ending_of<std::uint64_t>(table, dht_bootstrap{})},
      };
      pass(moment);
      kill(table);
      asked.emplace_back("status", ending_of<dht_status>(table, get_status{}));
      asked.emplace_back("late lookup", ending_of<dht_summary>(table, request(false)));
      for (const auto& [name, answer] : asked) {
        BOOST_REQUIRE_MESSAGE(answer->has_value(), name << " is not answered");
        BOOST_TEST(static_cast<bool>(**answer), name << " did not fail");
        BOOST_TEST(!describe(**answer).empty(), name << " says no reason");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_killed_node_comes_back_with_the_table_it_had) {
  auto keeper = std::make_shared<table_keeper>();
  auto first = start_table(10, {}, keeper);
  pass(10s);
  auto before = ask<dht_status>(first, get_status{});
  BOOST_TEST(before.nodes == 1u);
  kill(first);
  network.cut(bootstrap);
  auto second = start_table(10, {}, keeper);
  pass(100ms);
  BOOST_TEST((ask<dht_status>(second, get_status{}).node_id == before.node_id));
  auto kept = dht::decode_saved_table(keeper->load());
  BOOST_REQUIRE(kept);
  BOOST_TEST(kept->nodes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_table_is_saved_soon_after_the_start) {
  auto keeper = std::make_shared<table_keeper>();
  auto table = start_table(10, {}, keeper);
  pass(2s);
  auto kept = dht::decode_saved_table(keeper->load());
  BOOST_REQUIRE(kept);
  BOOST_TEST(kept->nodes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(it_tells_who_saw_it_where_and_that_there_is_no_nat) {
  auto table = start_table(10);
  pass(10s);
  auto one = ask<dht_status>(table, get_status{});
  BOOST_TEST(one.nat == "unknown");
  BOOST_TEST(one.observations.size() == 1u);
  for (std::uint16_t port : {20, 21, 22})
    (void)start_table(port);
  pass(2min);
  auto more = ask<dht_status>(table, get_status{});
  BOOST_TEST(more.observations.size() == 4u);
  BOOST_TEST(more.nat == "open");
  BOOST_TEST(more.external == to_string(at(10)));
}

BOOST_AUTO_TEST_CASE(blocked_networks_are_not_spoken_to) {
  auto setup = setup_at(10);
  setup.opts.dht_blocked = {*dht::network::parse("127.0.0.0/8")};
  auto blocking = start(std::move(setup));
  auto open = start(11);
  pass(10s);
  BOOST_TEST(ask<transport_status>(blocking.transport, get_status{}).dht_nodes == 0u);
  BOOST_TEST(ask<transport_status>(open.transport, get_status{}).dht_nodes == 1u);
}

BOOST_AUTO_TEST_CASE(a_lookup_of_the_transport_names_the_peers_that_say_who_they_are) {
  auto setup = setup_at(10);
  auto id = to_string(setup.identity->id());
  auto a = start(std::move(setup));
  auto b = start(11);
  (void)attempt(a.transport, announce_topic{garden});
  pass(5s);
  auto found = ask<std::vector<peer_info>>(b.transport, lookup_topic{garden});
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found.front().id == id);
}

BOOST_AUTO_TEST_SUITE_END()
