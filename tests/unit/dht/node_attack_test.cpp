// What a node takes from whom, and what it never does for others.
#include "tests/unit/dht/node_bench.hpp"
#include "transports/dht/errc.hpp"

#include <set>

using namespace std::chrono_literals;
using warren::as_byte_view;
using warren::endpoint;
using warren::to_bytes;
using warren::test::bench;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::node_group;
using warren::test::query_of;
using warren::test::random_id;
using warren::test::topic;
using namespace warren::dht;
namespace krpc = warren::krpc;

namespace {

/// A node that knows many others and stores many peers of the topic.
struct full_bench : bench {
  explicit full_bench(config how = {}) : bench{std::move(how)} {
    for (std::size_t i = 100; i < 140; ++i)
      befriend(random_id(random), endpoint_of(i));
    for (std::size_t i = 200; i < 300; ++i) {
      auto reply = ask(endpoint_of(i), query_of(krpc::method::get_peers), true);
      auto token = to_bytes(std::get<krpc::response>(krpc::decode(reply->payload)->body).token);
      auto announce = query_of(krpc::method::announce_peer);
      announce.port = 7;
      announce.token = token;
      ask(endpoint_of(i), announce, true);
    }
    queries();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(node_attack_test)

BOOST_AUTO_TEST_CASE(an_unproved_address_gets_at_most_the_published_multiple_of_what_it_sent) {
  full_bench b;
  auto victim = endpoint_of(900);
  std::size_t sent = 0;
  std::size_t received = 0;
  std::size_t replies = 0;
  for (int i = 0; i < 2000; ++i) {
    b.now += 60ms;
    b.machine.handle_timeout(b.now);
    for (auto method : {krpc::method::get_peers, krpc::method::find_node}) {
      auto query = query_of(method);
      query.want_ipv4 = query.want_ipv6 = true;
      auto raw = krpc::encode({as_byte_view("tx"), query, i % 2 == 0, {}, {}});
      received += raw.size();
      b.machine.handle_packet(b.now, victim, raw);
    }
    while (auto out = b.machine.poll_transmit())
      if (out->to == victim) {
        sent += out->payload.size();
        ++replies;
      }
    auto returned = std::chrono::duration<double>(b.now - warren::test::start) / unproved_window + 1;
    BOOST_REQUIRE(sent <= amplification_ratio * received + rate_limits{}.unproved_bytes * returned);
  }
  BOOST_TEST(replies > 2400u, "it is answered all the same, only with less");
}

BOOST_AUTO_TEST_CASE(an_honest_querier_gets_whole_answers) {
  full_bench b;
  // Plain queries of a client that stores and reads, again and again.
  for (int i = 0; i < 50; ++i) {
    b.now += 1s;
    auto reply = b.ask(endpoint_of(901), query_of(krpc::method::find_node), true);
    BOOST_REQUIRE(reply);
    BOOST_TEST(std::get<krpc::response>(krpc::decode(reply->payload)->body).nodes.size() == k);
  }
  auto reply = b.ask(endpoint_of(902), query_of(krpc::method::get_peers), true);
  auto answer = std::get<krpc::response>(krpc::decode(reply->payload)->body);
  BOOST_TEST(answer.nodes.size() == k);
  BOOST_TEST(answer.values.size() == max_values_v4);
  // Whoever has shown a token gets the large answers for ever.
  auto token = to_bytes(answer.token);
  auto announce = query_of(krpc::method::announce_peer);
  announce.port = 9;
  announce.token = token;
  b.ask(endpoint_of(902), announce, true);
  for (int i = 0; i < 100; ++i) {
    b.now += 1s;
    reply = b.ask(endpoint_of(902), query_of(krpc::method::get_peers), true);
    BOOST_REQUIRE(reply);
    BOOST_TEST(std::get<krpc::response>(krpc::decode(reply->payload)->body).values.size() == max_values_v4);
  }
}

BOOST_AUTO_TEST_CASE(no_reply_is_ever_fragmented) {
  full_bench b;
  std::vector<node_info> others;
  for (std::size_t i = 0; i < 20; ++i)
    others.push_back({random_id(b.random), *endpoint::parse("[2001:db8::1]:6881")});
  b.machine.set_other_family(others);
  item large{to_bytes("996:" + std::string(996, 'x')), {}};
  auto get = query_of(krpc::method::get);
  get.target = target_of(large);
  auto reply = b.ask(endpoint_of(900), get, true);
  auto token = to_bytes(std::get<krpc::response>(krpc::decode(reply->payload)->body).token);
  auto put = query_of(krpc::method::put);
  put.token = token;
  put.item = to_wire(large);
  b.ask(endpoint_of(900), put, true);
  get.want_ipv4 = get.want_ipv6 = true;
  reply = b.ask(endpoint_of(900), get, true);
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->payload.size() <= max_reply_size);
  auto answer = std::get<krpc::response>(krpc::decode(reply->payload)->body);
  BOOST_TEST(answer.item.value.size() == 1000u);
  BOOST_TEST(!answer.nodes.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_counts_only_from_the_address_asked_and_under_its_transaction) {
  bench b;
  b.befriend(id_of({0x22}), endpoint_of(1));
  b.machine.get_peers(b.now, topic);
  auto asked = b.queries();
  BOOST_REQUIRE(asked.size() == 1u);
  krpc::response answer;
  answer.id = id_of({0x22});
  answer.values = {endpoint_of(50)};
  auto transaction = to_bytes(krpc::decode(asked[0].second)->transaction);
  b.receive(endpoint_of(2), {transaction, answer, false, {}, {}});
  auto other_port = endpoint_of(1);
  ++other_port.port;
  b.receive(other_port, {transaction, answer, false, {}, {}});
  auto guessed = transaction;
  guessed.back() ^= std::byte{1};
  b.receive(endpoint_of(1), {guessed, answer, false, {}, {}});
  BOOST_TEST(b.events<peers_found>().empty());
  BOOST_TEST(b.machine.counters().unexpected_response == 3u);
  b.receive(endpoint_of(1), {transaction, answer, false, {}, {}});
  BOOST_TEST(b.events<peers_found>().size() == 1u);
  b.receive(endpoint_of(1), {transaction, answer, false, {}, {}});
  BOOST_TEST(b.machine.counters().unexpected_response == 4u, "once");
}

BOOST_AUTO_TEST_CASE(transactions_are_not_guessable_from_earlier_ones) {
  bench b;
  std::set<std::string> seen;
  std::set<std::byte> first_octets;
  for (std::size_t i = 0; i < 60; ++i) {
    b.receive(endpoint_of(i), {as_byte_view("tx"), query_of(krpc::method::ping), false, {}, {}});
    for (const auto& query : b.queries()) {
      auto transaction = krpc::decode(query.second)->transaction;
      BOOST_TEST(transaction.size() >= 4u);
      seen.insert(std::string{warren::as_text(transaction)});
      first_octets.insert(transaction[0]);
    }
  }
  BOOST_TEST(seen.size() >= 55u);
  BOOST_TEST(first_octets.size() > 30u, "all octets are random");
}

BOOST_AUTO_TEST_CASE(one_node_of_a_network_gets_into_a_bucket_and_into_a_lookup) {
  bench b;
  for (int i = 1; i <= 20; ++i) {
    auto where = endpoint_of(1);
    where.port = static_cast<std::uint16_t>(i);
    b.befriend(id_of({0x80 + i}), where);
  }
  BOOST_TEST(b.machine.stats().nodes == 1u);
  b.befriend(id_of({0x10}), endpoint_of(2));
  b.machine.get_peers(b.now, topic);
  b.queries();
  bench six{{.family = warren::address_family::ipv6}};
  for (int i = 1; i <= 20; ++i)
    six.befriend(id_of({0x80 + i}), *endpoint::parse("[2001:db8:1:1::" + std::to_string(i) + "]:6881"));
  BOOST_TEST(six.machine.stats().nodes == 1u);
  // Named by somebody else, only one of a network is asked at a time.
  bench c;
  c.befriend(id_of({0x10}), endpoint_of(2));
  c.machine.get_peers(c.now, topic);
  krpc::response crowd;
  for (int i = 1; i <= 8; ++i) {
    auto where = endpoint_of(9);
    where.port = static_cast<std::uint16_t>(i);
    crowd.nodes.push_back({id_of({0x80, i}), where});
  }
  c.answer(c.queries().at(0), id_of({0x10}), crowd);
  BOOST_TEST(c.queries().size() == 1u);
}

BOOST_AUTO_TEST_CASE(blocked_networks_are_neither_answered_nor_asked_nor_told_of) {
  config how;
  how.blocked = {*network::parse("30.0.9.0/24"), *network::parse("99.0.0.0/8")};
  how.bootstrap = {endpoint_of(9)};
  how.saved_nodes = {{id_of({0x33}), endpoint_of(9)}};
  bench b{how};
  b.machine.bootstrap(b.now);
  BOOST_TEST(b.queries().empty());
  BOOST_TEST(!b.ask(endpoint_of(9), query_of(krpc::method::ping)).has_value());
  BOOST_TEST(b.machine.counters().blocked == 1u);
  b.befriend(id_of({0x10}), endpoint_of(2));
  b.machine.get_peers(b.now, topic);
  krpc::response answer;
  answer.nodes = {{id_of({0x81}), endpoint_of(9)}};
  answer.values = {*endpoint::parse("99.1.2.3:80"), *endpoint::parse("98.1.2.3:80")};
  b.answer(b.queries().at(0), id_of({0x10}), answer);
  BOOST_TEST(b.queries().empty());
  BOOST_TEST((b.events<peers_found>().at(0).peers == std::vector{*endpoint::parse("98.1.2.3:80")}));
}

BOOST_AUTO_TEST_CASE(poisoned_node_lists_do_no_harm) {
  bench b{{.external_votes = 1}};
  auto me = *endpoint::parse("124.31.75.21:4000");
  krpc::query ping;
  ping.id = id_of({0x50});
  b.receive(endpoint_of(1), {as_byte_view("tx"), ping, false, {}, {}});
  b.answer(b.queries().at(0), ping.id, {}, me);
  BOOST_TEST((b.machine.stats().external == me));
  for (auto open = b.queries(); !open.empty(); open = b.queries()) // the bootstrap under the new id
    for (const auto& query : open)
      b.answer(query, ping.id);
  b.machine.get_peers(b.now, topic);
  krpc::response poison;
  for (auto where :
       {"127.0.0.1:22", "10.0.0.1:53", "192.168.0.1:80", "169.254.1.1:1", "224.0.0.1:5", "255.255.255.255:5",
        "0.0.0.0:7", "8.8.8.8:0", "124.31.75.21:4000"})
    poison.nodes.push_back({random_id(b.random), *endpoint::parse(where)});
  poison.nodes.push_back({b.machine.id(), endpoint_of(7)});
  poison.nodes.push_back({ping.id, endpoint_of(8)});
  for (int i = 0; i < 20; ++i)
    poison.nodes.push_back({id_of({0x80, 1}), endpoint_of(9)});
  auto asked = b.queries();
  BOOST_REQUIRE(!asked.empty());
  b.answer(asked[0], ping.id, poison);
  std::set<endpoint> receivers;
  for (const auto& query : b.queries())
    receivers.insert(query.first);
  BOOST_TEST(
      (receivers == std::set{endpoint_of(9)}),
      "whoever was named is asked once, and only if it can be a node");
  BOOST_TEST(b.machine.counters().bad_nodes == 9u);
  BOOST_TEST(b.machine.stats().nodes == 1u, "nobody gets into the table by being named");
}

BOOST_AUTO_TEST_CASE(one_liar_cannot_fill_the_list_of_peers) {
  bench b;
  b.befriend(id_of({0x10}), endpoint_of(2));
  b.machine.get_peers(b.now, topic);
  krpc::response lie;
  for (std::size_t i = 0; i < krpc::max_values; ++i)
    lie.values.push_back(endpoint_of(1000 + i));
  b.answer(b.queries().at(0), id_of({0x10}), lie);
  std::size_t peers = 0;
  for (const auto& found : b.events<peers_found>())
    peers += found.peers.size();
  BOOST_TEST(peers == search::max_peers_per_answer);
}

BOOST_AUTO_TEST_CASE(a_flood_of_garbage_and_half_valid_datagrams_leaves_honest_queries_answered) {
  full_bench b;
  auto honest = endpoint_of(100); // known before
  b.now += 1min;
  std::size_t answered = 0;
  std::size_t asked = 0;
  std::size_t reply_octets = 0;
  for (int i = 0; i < 50'000; ++i) {
    b.now += 20us;
    auto from = endpoint_of(1000 + b.random.below(60'000));
    auto raw = krpc::encode({as_byte_view("tx"), query_of(krpc::method::get_peers), i % 2 == 0, {}, {}});
    switch (i % 4) {
      case 0:
        raw.resize(b.random.below(raw.size()));
        break;
      case 1:
        raw[b.random.below(raw.size())] ^= static_cast<std::byte>(b.random.below(256));
        break;
      case 2:
        b.random.fill(raw);
        raw[0] = std::byte{'d'};
        break;
      default:
        break;
    }
    b.machine.handle_packet(b.now, from, raw);
    while (auto out = b.machine.poll_transmit())
      reply_octets += out->payload.size();
    if (i % 1000 == 0) {
      ++asked;
      answered += b.ask(honest, query_of(krpc::method::find_node)) ? 1 : 0;
    }
  }
  BOOST_TEST(answered == asked);
  auto elapsed = std::chrono::duration<double>(50'000 * 20us).count();
  BOOST_TEST(
      reply_octets <= rate_limits{}.reply_burst_bytes + rate_limits{}.reply_bytes_per_second * elapsed + 1e5);
}

BOOST_AUTO_TEST_SUITE_END()
