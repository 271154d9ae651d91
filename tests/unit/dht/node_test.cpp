#include "tests/unit/dht/node_bench.hpp"
#include "transports/dht/errc.hpp"
#include "transports/dht/secure_id.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace std::chrono_literals;
using warren::as_byte_view;
using warren::as_text;
using warren::bytes;
using warren::endpoint;
using warren::to_bytes;
using warren::test::bench;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::query_of;
using warren::test::topic;
using namespace warren::dht;
namespace krpc = warren::krpc;

BOOST_AUTO_TEST_SUITE(node_test)

BOOST_AUTO_TEST_CASE(a_lone_node_is_the_network_and_answers_everything) {
  bench b;
  b.machine.bootstrap(b.now);
  auto up = b.events<bootstrapped>();
  BOOST_REQUIRE(up.size() == 1u);
  BOOST_TEST(up[0].nodes == 0u);
  auto reply = b.ask(endpoint_of(1), query_of(krpc::method::get_peers));
  BOOST_REQUIRE(reply);
  auto message = *krpc::decode(reply->payload);
  BOOST_TEST((message.ip == endpoint_of(1)), "BEP 42: every reply tells the asker its address");
  BOOST_TEST(as_text(message.transaction) == "tx");
  auto announce = query_of(krpc::method::announce_peer);
  auto token = to_bytes(std::get<krpc::response>(message.body).token);
  announce.token = token;
  announce.port = 7000;
  reply = b.ask(endpoint_of(1), announce);
  BOOST_TEST((std::get<krpc::response>(krpc::decode(reply->payload)->body).id == b.machine.id()));
  reply = b.ask(endpoint_of(2), query_of(krpc::method::get_peers));
  auto values = std::get<krpc::response>(krpc::decode(reply->payload)->body).values;
  BOOST_TEST((values == std::vector{endpoint{endpoint_of(1).address, 7000}}));
  BOOST_TEST(b.machine.counters().announcements_stored == 1u);
}

BOOST_AUTO_TEST_CASE(a_lookup_with_no_nodes_ends_at_once_with_the_own_peers) {
  bench b;
  auto lookup = b.machine.get_peers(b.now, topic);
  auto done = b.events<lookup_done>();
  BOOST_REQUIRE(done.size() == 1u);
  BOOST_TEST((done[0].lookup == lookup));
  BOOST_TEST(done[0].peers == 0u);
  BOOST_TEST((done[0].why == errc::no_nodes));
}

BOOST_AUTO_TEST_CASE(unknown_methods_and_bad_arguments_are_answered_with_their_errors) {
  bench b;
  b.receive_text(endpoint_of(1), "d1:ad2:id20:abcdefghij0123456789e1:q4:vote1:t2:aa1:y1:qe");
  auto reply = b.machine.poll_transmit();
  BOOST_REQUIRE(reply);
  BOOST_TEST(std::get<krpc::error>(krpc::decode(reply->payload)->body).code == 204);
  b.receive_text(endpoint_of(1), "d1:ad2:id3:abce1:q4:ping1:t2:aa1:y1:qe");
  reply = b.machine.poll_transmit();
  BOOST_REQUIRE(reply);
  BOOST_TEST(std::get<krpc::error>(krpc::decode(reply->payload)->body).code == 203);
  BOOST_TEST(b.machine.counters().unknown_method == 1u);
  BOOST_TEST(b.machine.counters().bad_arguments == 1u);
}

BOOST_AUTO_TEST_CASE(garbage_is_counted_and_answered_with_silence) {
  bench b;
  for (auto text : {"", "d", "dead beef", "d1:t2:aae", "i1e"})
    b.receive_text(endpoint_of(1), text);
  BOOST_TEST(b.machine.counters().malformed == 5u);
  b.receive_text(*endpoint::parse("[2001:db8::1]:1"), "d1:t2:aae");
  BOOST_TEST(b.machine.counters().wrong_family == 1u);
  for (auto source : {"1.2.3.4:0", "224.0.0.1:5", "0.0.0.0:5"})
    b.receive_text(*endpoint::parse(source), "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
  BOOST_TEST(b.machine.counters().bad_source == 3u);
  krpc::response forged;
  b.receive(endpoint_of(1), {as_byte_view("aaaa"), forged, false, {}, {}});
  b.receive_text(endpoint_of(1), "d1:eli204e7:unknowne1:t4:aaaa1:y1:ee");
  BOOST_TEST(b.machine.counters().unexpected_response == 2u);
  BOOST_TEST(!b.machine.poll_transmit().has_value());
  BOOST_TEST(b.machine.stats().nodes == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_asks_is_pinged_and_enters_the_table_when_it_answers) {
  bench b;
  b.receive(endpoint_of(1), {as_byte_view("tx"), query_of(krpc::method::ping), false, {}, {}});
  BOOST_TEST(b.machine.stats().nodes == 0u);
  auto queries = b.queries();
  BOOST_REQUIRE(queries.size() == 1u);
  b.receive(endpoint_of(1), {as_byte_view("tx"), query_of(krpc::method::ping), false, {}, {}});
  BOOST_TEST(b.queries().empty(), "one ping at a time");
  b.answer(queries[0], id_of({0x11}));
  BOOST_TEST(b.machine.stats().nodes == 1u);
  BOOST_TEST(b.machine.stats().good_nodes == 1u);
}

BOOST_AUTO_TEST_CASE(read_only_nodes_are_answered_but_not_kept_and_answer_nothing_themselves) {
  bench b;
  BOOST_TEST(b.ask(endpoint_of(1), query_of(krpc::method::ping), true).has_value());
  BOOST_TEST(b.queries().empty());
  bench reader{{.read_only = true}};
  BOOST_TEST(!reader.ask(endpoint_of(1), query_of(krpc::method::ping)).has_value());
  BOOST_TEST(reader.machine.counters().while_read_only == 1u);
}

BOOST_AUTO_TEST_CASE(our_own_query_coming_back_is_ignored) {
  bench b;
  auto query = query_of(krpc::method::ping);
  query.id = b.machine.id();
  BOOST_TEST(!b.ask(endpoint_of(1), query).has_value());
  BOOST_TEST(b.machine.counters().own_query == 1u);
}

BOOST_AUTO_TEST_CASE(a_flood_from_one_source_is_cut_and_others_are_served) {
  bench b{{.rates = {.queries_per_second = 10, .query_burst = 20}}};
  int answered = 0;
  for (int i = 0; i < 500; ++i)
    answered += b.ask(endpoint_of(1), query_of(krpc::method::find_node)) ? 1 : 0;
  BOOST_TEST(answered == 20);
  BOOST_TEST(b.machine.counters().rate_limited == 480u);
  BOOST_TEST(b.ask(endpoint_of(2), query_of(krpc::method::find_node)).has_value());
}

BOOST_AUTO_TEST_CASE(bootstrap_is_repeated_with_backoff_until_somebody_answers) {
  bench b{bench::with_bootstrap({1})};
  b.machine.bootstrap(b.now);
  BOOST_TEST(b.queries().size() == 1u);
  b.pass(5min);
  auto attempts = b.machine.counters().queries_sent;
  BOOST_TEST(attempts >= 6u);
  BOOST_TEST(attempts <= 20u);
  BOOST_TEST(b.events<bootstrapped>().empty());
  b.queries();
  std::vector<std::pair<endpoint, bytes>> asked;
  for (int i = 0; i < 1000 && asked.empty(); ++i) {
    b.pass(100ms);
    asked = b.queries();
  }
  BOOST_REQUIRE(!asked.empty());
  b.answer(asked.back(), id_of({0x33}));
  BOOST_TEST(b.events<bootstrapped>().size() == 1u);
  BOOST_TEST(!b.machine.stats().bootstrapping);
}

BOOST_AUTO_TEST_CASE(a_lookup_asked_for_during_bootstrap_waits_for_the_first_node) {
  bench b{bench::with_bootstrap({1})};
  b.machine.bootstrap(b.now);
  auto lookup = b.machine.get_peers(b.now, topic);
  BOOST_TEST(b.events<lookup_done>().empty());
  auto asked = b.queries();
  BOOST_REQUIRE(asked.size() == 1u);
  b.answer(asked[0], id_of({0x33}));
  bool answered = false;
  for (const auto& query : b.queries()) {
    if (std::get<krpc::query>(krpc::decode(query.second)->body).method != krpc::method::get_peers)
      continue;
    krpc::response response;
    response.values = {endpoint_of(50), endpoint_of(51), endpoint_of(50)};
    b.answer(query, id_of({0x33}), response);
    answered = true;
  }
  BOOST_TEST(answered);
  auto found = b.events<peers_found>();
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST((found[0].lookup == lookup));
  BOOST_TEST(found[0].peers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_lookup_does_not_wait_for_a_hopeless_bootstrap_for_ever) {
  bench b{bench::with_bootstrap({1})};
  b.machine.bootstrap(b.now);
  b.machine.get_peers(b.now, topic);
  b.pass(9s);
  BOOST_TEST(b.events<lookup_done>().empty());
  b.pass(2s);
  auto done = b.events<lookup_done>();
  BOOST_REQUIRE(done.size() == 1u);
  BOOST_TEST((done[0].why == errc::no_nodes));
  BOOST_TEST((done[0].took >= 10s));
}

BOOST_AUTO_TEST_CASE(lookups_are_bounded_and_a_cancelled_one_says_nothing_more) {
  auto how = bench::with_bootstrap({1});
  how.max_lookups = 2;
  bench b{how};
  b.machine.bootstrap(b.now);
  auto first = b.machine.get_peers(b.now, topic);
  b.machine.get_peers(b.now, topic);
  auto third = b.machine.get_peers(b.now, topic);
  auto done = b.events<lookup_done>();
  BOOST_REQUIRE(done.size() == 1u);
  BOOST_TEST((done[0].lookup == third));
  BOOST_TEST((done[0].why == errc::too_many_lookups));
  b.machine.cancel(first);
  BOOST_TEST(b.machine.stats().lookups == 1u);
  b.pass(20s);
  for (const auto& other : b.events<lookup_done>())
    BOOST_TEST((other.lookup != first));
}

BOOST_AUTO_TEST_CASE(an_error_in_answer_to_a_lookup_ends_that_query_only) {
  bench b;
  b.befriend(id_of({0x11}), endpoint_of(1));
  b.befriend(id_of({0x22}), endpoint_of(2));
  b.machine.get_peers(b.now, topic);
  auto asked = b.queries();
  BOOST_REQUIRE(asked.size() == 2u);
  krpc::error unknown{204, as_byte_view("Method Unknown")};
  b.receive(asked[0].first, {krpc::decode(asked[0].second)->transaction, unknown, false, {}, {}});
  BOOST_TEST(b.events<lookup_done>().empty());
  b.answer(asked[1], asked[1].first == endpoint_of(1) ? id_of({0x11}) : id_of({0x22}));
  auto done = b.events<lookup_done>();
  BOOST_REQUIRE(done.size() == 1u);
  BOOST_TEST(done[0].queries == 2u);
  BOOST_TEST(b.machine.counters().errors_received == 1u);
  BOOST_TEST(b.machine.stats().good_nodes == 2u, "an error is a sign of life");
}

BOOST_AUTO_TEST_CASE(addresses_of_a_narrower_scope_than_the_answering_node_are_dropped) {
  bench b;
  b.befriend(id_of({0x11}), endpoint_of(1));
  b.machine.get_peers(b.now, topic);
  auto asked = b.queries();
  BOOST_REQUIRE(asked.size() == 1u);
  krpc::response response;
  for (auto peer : {"127.0.0.1:80", "192.168.1.1:80", "8.8.8.8:0", "224.0.0.1:9", "0.0.0.0:9", "8.8.8.8:9"})
    response.values.push_back(*endpoint::parse(peer));
  response.nodes = {
      {id_of({0x44}), *endpoint::parse("127.0.0.1:22")}, {id_of({0x45}), *endpoint::parse("10.0.0.1:53")}};
  b.answer(asked[0], id_of({0x11}), response);
  auto found = b.events<peers_found>();
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST((found[0].peers == std::vector{*endpoint::parse("8.8.8.8:9")}));
  BOOST_TEST(b.queries().empty());
  BOOST_TEST(b.machine.counters().bad_peers == 5u);
  BOOST_TEST(b.machine.counters().bad_nodes == 2u);
}

BOOST_AUTO_TEST_CASE(the_nodes_that_store_an_announcement_are_kept_warm_until_it_is_cancelled) {
  bench b;
  b.befriend(id_of({0x81}), endpoint_of(1));
  auto announce = b.machine.announce(b.now, topic, 7000, false);
  krpc::response with_token;
  with_token.token = as_byte_view("tok");
  b.answer(b.queries().at(0), id_of({0x81}), with_token);
  auto told = b.queries();
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST(
      (std::get<krpc::query>(krpc::decode(told[0].second)->body).method == krpc::method::announce_peer));
  b.answer(told[0], id_of({0x81}));
  auto done = b.events<lookup_done>();
  BOOST_REQUIRE(done.size() == 1u);
  BOOST_TEST(done[0].announced_to == 1u);
  auto pings = [&b] {
    int result = 0;
    for (int i = 0; i < 60; ++i) {
      b.pass(1s);
      for (const auto& query : b.queries()) {
        result +=
            std::get<krpc::query>(krpc::decode(query.second)->body).method == krpc::method::ping ? 1 : 0;
        b.answer(query, id_of({0x81}));
      }
    }
    return result;
  };
  BOOST_TEST(pings() == 3);
  b.machine.cancel(announce);
  BOOST_TEST(pings() == 0);
}

BOOST_AUTO_TEST_CASE(the_external_address_is_voted_on_and_the_id_follows_it) {
  auto me = *endpoint::parse("124.31.75.21:4000");
  bench b;
  BOOST_TEST(!is_secure_id(b.machine.id(), me.address));
  for (int i = 1; i <= 3; ++i) {
    krpc::query ping;
    ping.id = id_of({i * 16});
    b.receive(endpoint_of(static_cast<std::size_t>(i)), {as_byte_view("tx"), ping, false, {}, {}});
    for (const auto& query : b.queries())
      b.answer(query, ping.id, {}, me);
  }
  auto known = b.events<external_address>();
  BOOST_REQUIRE(known.size() == 1u);
  BOOST_TEST((known[0].where == me));
  BOOST_TEST(is_secure_id(b.machine.id(), me.address));
  BOOST_TEST((b.machine.stats().external == me));
  BOOST_TEST(b.machine.stats().nodes == 3u, "the table is kept");
}

BOOST_AUTO_TEST_CASE(the_first_few_liars_do_not_choose_the_id_for_long_and_it_does_not_wander) {
  auto me = *endpoint::parse("124.31.75.21:4000");
  auto lie = *endpoint::parse("21.75.31.124:4000");
  bench b{bench::with_bootstrap({1, 2, 3, 4, 5, 6, 7, 8})};
  auto answer_all = [&](auto seen_by) {
    for (auto open = b.queries(); !open.empty(); open = b.queries())
      for (const auto& query : open) {
        auto i = std::to_integer<int>(query.first.address.octets()[2]);
        b.answer(query, id_of({i * 16}), {}, seen_by(i));
      }
  };
  b.machine.bootstrap(b.now);
  answer_all([&](int i) { return i <= 3 ? lie : me; });
  BOOST_TEST(b.events<external_address>().size() == 2u, "the lie had a majority at first");
  BOOST_TEST(is_secure_id(b.machine.id(), me.address));
  for (int round = 0; round < 3; ++round) {
    b.machine.get_peers(b.now, topic);
    answer_all([&](int) { return lie; });
  }
  BOOST_TEST((b.machine.stats().external == lie));
  BOOST_TEST(is_secure_id(b.machine.id(), me.address), "not twice within minutes");
}

BOOST_AUTO_TEST_CASE(a_ping_is_as_large_as_it_is_charged_for) {
  bench b;
  b.receive(endpoint_of(1), {as_byte_view("tx"), query_of(krpc::method::ping), false, {}, {}});
  BOOST_TEST(b.queries().at(0).second.size() == ping_size);
}

BOOST_AUTO_TEST_CASE(a_given_id_is_never_changed_and_a_hint_gives_a_suitable_one) {
  auto me = *endpoint::parse("124.31.75.21:4000");
  bench fixed{{.id = id_of({1}), .external_votes = 1}};
  krpc::query ping;
  ping.id = id_of({0x50});
  fixed.receive(endpoint_of(1), {as_byte_view("tx"), ping, false, {}, {}});
  fixed.answer(fixed.queries().at(0), ping.id, {}, me);
  BOOST_TEST(fixed.events<external_address>().size() == 1u);
  BOOST_TEST((fixed.machine.id() == id_of({1})));
  bench hinted{{.external_hint = me.address}};
  BOOST_TEST(is_secure_id(hinted.machine.id(), me.address));
  bench resumed{{.external_hint = me.address, .saved_id = hinted.machine.id()}};
  BOOST_TEST((resumed.machine.id() == hinted.machine.id()));
  bench moved{{.external_hint = *warren::ip_address::parse("21.75.31.124"), .saved_id = hinted.machine.id()}};
  BOOST_TEST((moved.machine.id() != hinted.machine.id()));
}

BOOST_AUTO_TEST_CASE(a_saved_table_brings_a_node_back_without_bootstrap_nodes) {
  bench before;
  before.befriend(id_of({0x11}), endpoint_of(1));
  before.befriend(id_of({0x22}), endpoint_of(2));
  auto saved = decode_saved_table(encode(before.machine.save()));
  BOOST_REQUIRE(saved);
  BOOST_TEST(saved->nodes.size() == 2u);
  bench after{{.saved_id = saved->id, .saved_nodes = saved->nodes}};
  BOOST_TEST((after.machine.id() == before.machine.id()));
  BOOST_TEST((after.machine.save() == *saved), "nothing is lost when it stops before it met anybody");
  after.machine.bootstrap(after.now);
  auto asked = after.queries();
  BOOST_TEST(asked.size() == 2u);
  for (const auto& query : asked)
    after.answer(query, query.first == endpoint_of(1) ? id_of({0x11}) : id_of({0x22}));
  auto up = after.events<bootstrapped>();
  BOOST_REQUIRE(up.size() == 1u);
  BOOST_TEST(up[0].nodes == 2u);
}

BOOST_AUTO_TEST_CASE(a_node_whose_whole_table_has_died_gets_in_again_by_itself) {
  bench b{bench::with_bootstrap({1})};
  b.machine.bootstrap(b.now);
  b.answer(b.queries().at(0), id_of({0x33}));
  b.events<bootstrapped>();
  b.pass(40min); // nobody answers any more
  BOOST_TEST(b.machine.stats().nodes == 0u);
  BOOST_TEST(b.machine.stats().bootstrapping);
  b.queries();
  std::vector<std::pair<endpoint, bytes>> asked;
  for (int i = 0; i < 1000 && asked.empty(); ++i) {
    b.pass(100ms);
    asked = b.queries();
  }
  BOOST_REQUIRE(!asked.empty());
  b.answer(asked.back(), id_of({0x33}));
  BOOST_TEST(b.machine.stats().nodes == 1u);
}

// BEP 5: "After 15 minutes of inactivity, a node becomes questionable", and is pinged.
BOOST_AUTO_TEST_CASE(questionable_nodes_are_asked_one_after_the_other_and_good_again) {
  bench b;
  std::map<endpoint, node_id> known;
  for (int i = 1; i <= 8; ++i) {
    auto where = endpoint_of(static_cast<std::size_t>(i));
    known[where] = id_of({i * 16});
    b.befriend(known[where], where);
  }
  b.pass(good_for);
  b.queries();
  BOOST_TEST(b.machine.stats().good_nodes == 0u);
  for (int i = 0; i < 40; ++i) {
    b.pass(1s);
    for (const auto& query : b.queries())
      b.answer(query, known.at(query.first));
  }
  BOOST_TEST(b.machine.stats().good_nodes == 8u);
}

BOOST_AUTO_TEST_CASE(a_bootstrap_node_learnt_of_later_is_tried_at_once_while_the_table_is_empty) {
  bench b;
  b.machine.bootstrap(b.now);
  BOOST_TEST(b.queries().empty());
  b.machine.add_bootstrap(b.now, *endpoint::parse("224.0.0.1:1"));
  BOOST_TEST(b.queries().empty());
  b.machine.add_bootstrap(b.now, endpoint_of(4));
  auto asked = b.queries();
  BOOST_REQUIRE(asked.size() == 1u);
  BOOST_TEST((asked[0].first == endpoint_of(4)));
  b.answer(asked[0], id_of({0x44}));
  BOOST_TEST(b.machine.stats().nodes == 1u);
}

BOOST_AUTO_TEST_CASE(nodes_of_the_other_family_are_told_to_those_who_want_them) {
  bench b;
  b.machine.set_other_family({{id_of({0x81}), *endpoint::parse("[2001:db8::1]:6881")}});
  auto query = query_of(krpc::method::find_node);
  query.want_ipv4 = query.want_ipv6 = true;
  auto reply = b.ask(endpoint_of(1), query);
  BOOST_REQUIRE(reply);
  BOOST_TEST(std::get<krpc::response>(krpc::decode(reply->payload)->body).nodes6.size() == 1u);
}

BOOST_AUTO_TEST_CASE(waking_before_the_deadline_does_nothing) {
  bench b{bench::with_bootstrap({1})};
  b.machine.bootstrap(b.now);
  b.machine.handle_timeout(b.now);
  b.queries();
  auto deadline = *b.machine.poll_timeout();
  for (auto early = b.now; early < deadline; early += 100ms)
    b.machine.handle_timeout(early);
  BOOST_TEST(!b.machine.poll_transmit().has_value());
  BOOST_TEST(!b.machine.poll_event().has_value());
  BOOST_TEST((*b.machine.poll_timeout() == deadline));
}

BOOST_AUTO_TEST_CASE(what_waits_to_be_sent_is_bounded) {
  bench b{{.rates = {.queries_per_second = 1e6, .query_burst = 1e6}}};
  for (int i = 0; i < 1500; ++i)
    b.receive(endpoint_of(1), {as_byte_view("tx"), query_of(krpc::method::ping), true, {}, {}});
  BOOST_TEST(b.machine.counters().outbox_full == 476u);
}

BOOST_AUTO_TEST_SUITE_END()
