// The actor of a DHT node: records, announcements that last, and requests under way when it is killed.
#include "messages/krpc.hpp"
#include "tests/actors/transport/swarm_fixture.hpp"
#include "transports/dht/peer_record.hpp"
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
    auto answer = begin<Response>(to, what);
    pass(0s);
    return answer;
  }

  /// As ending_of, but nothing happens yet.
  template <class Response, class Request>
  std::shared_ptr<std::optional<caf::error>> begin(const dht_actor& to, Request what) {
    auto answer = std::make_shared<std::optional<caf::error>>();
    spawn_function([=](caf::event_based_actor* self) {
      self->request(to, caf::infinite, what)
          .then([=](const Response&) { *answer = caf::error{}; }, [=](const caf::error& e) { *answer = e; });
    });
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

// The retry after a minute meets the second request, which waits for the bootstrap: it must not silence it.
BOOST_AUTO_TEST_CASE(an_announcement_asked_for_again_is_answered_whatever_is_due_meanwhile) {
  network.cut(bootstrap);
  for (auto after = 40s; after <= 76s; after += 4s) {
    BOOST_TEST_CONTEXT("asked again after " << after.count() << " s") {
      auto peer = start_table(10);
      auto first = ending_of<dht_summary>(peer, request(true));
      pass(after);
      BOOST_REQUIRE(first->has_value());
      auto again = ending_of<dht_summary>(peer, request(true));
      pass(30s);
      BOOST_REQUIRE(again->has_value());
      BOOST_TEST(is(**again, errc::network_failed));
      kill(peer);
    }
  }
}

// A move is noticed from the answers to the announcement itself, mostly.
BOOST_AUTO_TEST_CASE(an_announcement_during_which_the_address_changes_is_answered_and_made_again) {
  std::vector<dht_actor> others;
  for (std::uint16_t port : {20, 21, 22})
    others.push_back(start_table(port));
  auto inside = start_table(10);
  pass(2min);
  BOOST_TEST(ask<dht_status>(inside, get_status{}).external == to_string(at(10)));
  BOOST_TEST(ask<dht_summary>(inside, request(true)).announced > 0u);
  network.move(at(10), at(4010));
  network.cut(at(22)); // so that the announcement waits for it, while the others have told where they see us
  auto answer = ending_of<dht_summary>(inside, request(true));
  BOOST_TEST(!answer->has_value());
  pass(30s);
  BOOST_REQUIRE(answer->has_value());
  BOOST_TEST(!**answer);
  BOOST_TEST(ask<dht_status>(inside, get_status{}).external == to_string(at(4010)));
}

BOOST_AUTO_TEST_CASE(a_newer_announcement_of_a_topic_takes_over_and_the_older_is_answered) {
  network.cut(bootstrap);
  auto peer = start_table(10);
  auto older = ending_of<dht_summary>(peer, request(true));
  auto newer = ending_of<dht_summary>(peer, request(true));
  BOOST_REQUIRE(older->has_value());
  BOOST_TEST(is(**older, errc::limit_reached));
  pass(30s);
  BOOST_REQUIRE(newer->has_value());
}

BOOST_AUTO_TEST_CASE(records_of_many_topics_are_dated_now) {
  std::vector<std::uint64_t> dates;
  network.tamper = [&](const bytes& datagram) {
    auto message = krpc::decode(datagram);
    auto query = message ? std::get_if<krpc::query>(&message->body) : nullptr;
    if (!query || query->record.empty())
      return;
    auto record = dht::read_peer_record(dht::info_hash{query->target.octets}, query->record);
    BOOST_REQUIRE(record);
    dates.push_back(record->time);
  };
  auto peer = start_table(10, make_identity());
  pass(10s);
  auto clock = [] {
    auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
  };
  auto began = clock();
  for (int i = 0; i < 50; ++i) {
    auto on = request(true);
    on.info_hash = topic::of("topic " + std::to_string(i)).info_hash();
    (void)ask<dht_summary>(peer, on);
    pass(500ms); // others limit how often one may ask
  }
  BOOST_REQUIRE(dates.size() >= 50u);
  auto [earliest, latest] = std::minmax_element(dates.begin(), dates.end());
  BOOST_TEST(*earliest >= began);
  BOOST_TEST(*latest <= clock());
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

// As above, but with a DHT that answers: killed at one datagram after another of an announcement, or of its repetition, with
// a lookup beside it.
BOOST_AUTO_TEST_CASE(requests_end_when_the_actor_is_killed_amid_an_announcement_that_goes_well) {
  for (std::uint16_t port : {20, 21, 22})
    (void)start_table(port);
  pass(1min);
  auto hash = garden.info_hash();
  for (auto repeated : {false, true}) {
    for (std::size_t last : {1, 2, 4, 6, 8, 12}) {
      BOOST_TEST_CONTEXT((repeated ? "repetition" : "first time") << ", killed at datagram " << last) {
        auto table = start_table(10);
        pass(10s);
        if (repeated) {
          BOOST_TEST(ask<dht_summary>(table, request(true)).announced > 0u);
          pass(14min + 59s);
        }
        std::vector<std::shared_ptr<std::optional<caf::error>>> asked;
        std::size_t seen = 0;
        network.tamper = [&](const bytes& datagram) {
          if (seen == 0 && as_text(datagram).find(as_text(hash)) == std::string::npos)
            return;
          if (++seen == 1)
            asked.push_back(begin<dht_summary>(table, request(false)));
          if (seen == last)
            caf::anon_send_exit(table, caf::exit_reason::kill);
        };
        if (!repeated)
          asked.push_back(begin<dht_summary>(table, request(true)));
        pass(10s);
        network.tamper = {};
        BOOST_TEST(seen >= last);
        BOOST_TEST(!asked.empty());
        for (const auto& answer : asked)
          BOOST_REQUIRE_MESSAGE(answer->has_value(), "a request is not answered");
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

BOOST_AUTO_TEST_CASE(a_transport_announces_a_topic_every_quarter_of_an_hour_however_often_it_looks_it_up) {
  std::size_t announcements = 0;
  std::size_t lookups = 0;
  network.tamper = [&](const bytes& datagram) {
    auto text = as_text(datagram);
    announcements += text.find("13:announce_peer") != std::string::npos;
    lookups += text.find("9:get_peers") != std::string::npos;
  };
  auto a = start(10); // there is one node to announce to
  join(a);
  pass(14min);
  BOOST_TEST(announcements == 1u);
  BOOST_TEST(lookups > 14u);
  pass(2min);
  BOOST_TEST(announcements == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
