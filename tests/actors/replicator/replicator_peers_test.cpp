#include "messages/sync_message.hpp"
#include "tests/actors/replicator/replicator_fixture.hpp"

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(replicator_peers, replicator_fixture)

BOOST_AUTO_TEST_CASE(two_replicators_end_up_with_the_union) {
  database a;
  database b;
  start(a);
  start(b);
  for (int i = 0; i < 50; ++i) {
    put(a, "a" + std::to_string(i), R"({"f":1,"g":2})");
    put(b, "b" + std::to_string(i), R"({"f":1,"g":2})");
  }
  connect(a, b);
  advance(1s);
  BOOST_TEST(status(a).items == 200);
  BOOST_TEST(status(a).digest == status(b).digest);
  BOOST_TEST(status(a).peers == 1);
  auto log = record<field_changed>();
  order(b, watch_nodes{log.handle, ""});
  put(a, "new", R"({"f":"x"})");
  advance(100ms);
  BOOST_TEST(get(b, "new") == R"({"f":"x"})");
  BOOST_REQUIRE(log.all<field_changed>().size() == 1);
  BOOST_TEST(!log.all<field_changed>()[0].local);
}

BOOST_AUTO_TEST_CASE(three_replicators_in_a_chain_and_in_a_ring_converge) {
  database dbs[3];
  for (auto& each : dbs)
    start(each);
  connect(dbs[0], dbs[1]);
  connect(dbs[1], dbs[2]);
  for (int i = 0; i < 30; ++i)
    put(dbs[i % 3], "s" + std::to_string(i % 7), R"({"f":)" + std::to_string(i) + "}");
  advance(1s);
  BOOST_TEST(status(dbs[0]).digest == status(dbs[1]).digest);
  BOOST_TEST(status(dbs[0]).digest == status(dbs[2]).digest);
  connect(dbs[0], dbs[2]);
  for (int i = 0; i < 30; ++i)
    put(dbs[i % 3], "s" + std::to_string(i % 7), R"({"f":)" + std::to_string(100 + i) + "}");
  advance(1s);
  for (auto& each : dbs) {
    BOOST_TEST(status(each).digest == status(dbs[0]).digest);
    BOOST_TEST(status(each).items == 7);
  }
}

BOOST_AUTO_TEST_CASE(a_lost_connection_is_forgotten_and_a_new_one_catches_up) {
  database a;
  database b;
  start(a);
  start(b);
  auto link = connect(a, b);
  advance(1s);
  kill(link->ends[0].connection); // died without a word
  kill(link->ends[1].connection);
  BOOST_TEST(status(a).peers == 0);
  BOOST_TEST(status(b).peers == 0);
  put(a, "s", R"({"f":1})");
  put(b, "t", R"({"f":1})");
  connect(a, b);
  advance(1s);
  BOOST_TEST(status(a).items == 2);
  BOOST_TEST(status(a).digest == status(b).digest);
}

BOOST_AUTO_TEST_CASE(a_peer_that_talks_garbage_is_closed_and_counted_and_others_go_on) {
  database a;
  database b;
  start(a);
  start(b);
  connect(a, b);
  put(a, "s", R"({"f":1})");
  advance(1s);
  auto before = status(a).digest;
  auto bad = record<chunk_received, closed>();
  auto link = connect_by_hand(a, bad.handle);
  BOOST_TEST(status(a).peers == 2);
  BOOST_TEST(bad.all<chunk_received>().size() == 1); // the hello
  act::anon_mail(write_chunk{1, chunk{to_bytes("garbage")}}).send(link->ends[1].connection);
  run();
  BOOST_TEST(bad.all<closed>().size() == 1);
  auto after = status(a);
  BOOST_TEST(after.peers == 1);
  BOOST_TEST(after.digest == before);
  BOOST_TEST(after.counters.at("sync.refused.malformed_message") == 1);
  put(b, "t", R"({"f":1})");
  advance(1s);
  BOOST_TEST(get(a, "t") == R"({"f":1})");
}

BOOST_AUTO_TEST_CASE(forged_items_are_refused_and_reach_no_disk) {
  database a;
  start(a);
  auto bad = record<chunk_received, closed>();
  auto link = connect_by_hand(a, bad.handle);
  auto send = [&](const crdt::sync::message& message) {
    act::anon_mail(write_chunk{1, chunk{crdt::sync::encode(message)}}).send(link->ends[1].connection);
    run();
  };
  send(crdt::sync::hello{1, {}});
  auto forged = crdt::make_item({"s", "f", 5, "1"});
  forged.payload.back() = std::byte{'2'};
  send(crdt::sync::items{0, false, {crdt::make_item({"s", "g", 5, "1"}), forged}});
  BOOST_TEST(bad.all<closed>().size() == 1);
  BOOST_TEST(status(a).items == 0);
  BOOST_TEST(a.disk->items.empty());
  BOOST_TEST(status(a).counters.at("sync.refused.wrong_id") == 1);
}

BOOST_AUTO_TEST_CASE(credit_is_granted_for_what_was_consumed) {
  database a;
  start(a);
  auto peer = record<chunk_received, closed>();
  auto link = connect_by_hand(a, peer.handle);
  auto window = a.config.limits.sync.receive_window;
  BOOST_TEST(link->ends[0].credit == window);
  auto send = [&](const crdt::sync::message& message) {
    act::anon_mail(write_chunk{1, chunk{crdt::sync::encode(message)}}).send(link->ends[1].connection);
    run();
  };
  send(crdt::sync::hello{1, {}});
  BOOST_TEST(link->ends[0].credit == window);
  send(crdt::sync::items{0, false, {crdt::make_item({"s", "g", 5, "1"})}});
  BOOST_TEST(link->ends[0].credit == window);
  BOOST_TEST(get(a, "s") == R"({"g":1})");
}

BOOST_AUTO_TEST_CASE(a_peer_too_many_is_turned_away) {
  database a;
  a.config.limits.max_peers = 1;
  start(a);
  auto first = record<chunk_received, closed>();
  auto second = record<chunk_received, closed>();
  connect_by_hand(a, first.handle);
  connect_by_hand(a, second.handle);
  BOOST_TEST(first.all<closed>().empty());
  BOOST_TEST(second.all<closed>().size() == 1);
  BOOST_TEST(status(a).peers == 1);
}

BOOST_AUTO_TEST_CASE(a_peer_that_finishes_is_closed) {
  database a;
  start(a);
  auto peer = record<chunk_received, closed>();
  auto link = connect_by_hand(a, peer.handle);
  act::anon_mail(peer_finished{link->ends[0].key}).send(link->ends[0].consumer);
  run();
  BOOST_TEST(peer.all<closed>().size() == 1);
  BOOST_TEST(status(a).peers == 0);
}

BOOST_AUTO_TEST_CASE(join_makes_the_replicator_the_subscriber) {
  database a;
  start(a);
  auto request = join(a.actor, topic::of("test"), secret_bytes{"secret"});
  BOOST_TEST((request.subscriber == a.actor));
  BOOST_TEST((request.on == topic::of("test")));
  BOOST_TEST(request.secret.size() == 6);
}

BOOST_AUTO_TEST_SUITE_END()
