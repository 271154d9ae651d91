// Peer records and rendezvous between nodes (WIRE.md).
#include "tests/unit/dht/node_bench.hpp"
#include "transports/dht/errc.hpp"

using namespace std::chrono_literals;
using warren::as_byte_view;
using warren::as_text;
using warren::bytes;
using warren::endpoint;
using warren::to_bytes;
using warren::test::bench;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::node_group;
using warren::test::topic;
using namespace warren::dht;
namespace krpc = warren::krpc;

namespace {

warren::crypto::identity identity_of(std::uint64_t seed) {
  warren::test::seeded_random random{seed};
  return warren::crypto::identity::generate(random);
}

bytes record_of(const warren::crypto::identity& self) {
  return sign_peer_record(
      self, topic, {self.id(), nat_kind::consistent, 1'700'000'000, {*endpoint::parse("192.168.1.7:4000")}});
}

/// Twelve nodes; the fourth has announced the topic with its record, and the tenth has looked it up.
struct fixture {
  fixture() {
    net[3].announce(net.now, topic, 0, true, record_of(self));
    net.pass(10s);
    net[9].get_peers(net.now, topic);
    net.pass(10s);
  }

  warren::crypto::identity self = identity_of(1);
  node_group net{12};
};

} // namespace

BOOST_AUTO_TEST_SUITE(node_rendezvous_test)

BOOST_AUTO_TEST_CASE(a_lookup_finds_the_signed_record_of_an_announcer_once) {
  fixture f;
  auto found = f.net.events<records_found>(9);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_REQUIRE(found[0].records.size() == 1u);
  BOOST_TEST((found[0].records[0].record.peer == f.self.id()));
  BOOST_TEST((found[0].records[0].where == f.net.where(3)));
}

BOOST_AUTO_TEST_CASE(a_payload_reaches_the_announcer_through_a_node_that_stores_its_announcement) {
  fixture f;
  auto call = f.net[9].rendezvous(f.net.now, topic, f.self.id(), as_byte_view("sealed offer"));
  f.net.pass(5s);
  auto sent = f.net.events<rendezvous_sent>(9);
  BOOST_REQUIRE(sent.size() == 1u);
  BOOST_TEST((sent[0].lookup == call));
  BOOST_TEST(!sent[0].why);
  auto received = f.net.events<rendezvous_received>(3);
  BOOST_REQUIRE(!received.empty());
  BOOST_TEST(as_text(received[0].payload) == "sealed offer");
  BOOST_TEST((received[0].topic == topic));
  BOOST_TEST((received[0].from == f.net.where(9)));
}

BOOST_AUTO_TEST_CASE(a_node_that_stores_the_announcement_itself_sends_to_the_announcer) {
  node_group net{3};
  auto self = identity_of(1);
  net[0].announce(net.now, topic, 0, true, record_of(self));
  net.pass(10s);
  net.events<lookup_done>(1);
  net[1].rendezvous(net.now, topic, self.id(), as_byte_view("hi"));
  net.pass(5s);
  BOOST_TEST(!net.events<rendezvous_sent>(1).at(0).why);
  auto received = net.events<rendezvous_received>(0);
  BOOST_REQUIRE(!received.empty());
  BOOST_TEST((received[0].from == net.where(1)));
}

BOOST_AUTO_TEST_CASE(without_a_known_node_or_when_nobody_forwards_the_reason_is_told) {
  fixture f;
  f.net[9].rendezvous(f.net.now, topic, identity_of(2).id(), as_byte_view("x"));
  BOOST_TEST((f.net.events<rendezvous_sent>(9).at(0).why == errc::no_rendezvous));
  std::string large(krpc::max_rendezvous_payload + 1, 'x');
  f.net[9].rendezvous(f.net.now, topic, f.self.id(), as_byte_view(large));
  BOOST_TEST((f.net.events<rendezvous_sent>(9).at(0).why == errc::not_forwarded));
  for (std::size_t i = 0; i < 12; ++i)
    f.net.silent[i] = i != 9;
  f.net[9].rendezvous(f.net.now, topic, f.self.id(), as_byte_view("x"));
  f.net.pass(30s);
  auto sent = f.net.events<rendezvous_sent>(9);
  BOOST_REQUIRE(sent.size() == 1u);
  BOOST_TEST((sent[0].why == errc::not_forwarded || sent[0].why == errc::no_rendezvous));
}

BOOST_AUTO_TEST_CASE(after_forgetting_nothing_is_announced_or_listened_to) {
  fixture f;
  BOOST_TEST(f.net[3].forget(topic).empty());
  f.net[9].rendezvous(f.net.now, topic, f.self.id(), as_byte_view("x"));
  f.net.pass(5s);
  BOOST_TEST(f.net.events<rendezvous_received>(3).empty());
  BOOST_TEST(f.net[3].counters().unexpected_rendezvous > 0u);
  auto running = f.net[3].announce(f.net.now, topic, 0, true);
  auto ended = f.net[3].forget(topic);
  BOOST_TEST((ended == std::vector{running}));
  f.net.events<lookup_done>(3);
  f.net.pass(1min);
  BOOST_TEST(f.net.events<lookup_done>(3).empty());
}

BOOST_AUTO_TEST_CASE(payloads_from_nodes_that_store_nothing_of_ours_are_dropped_in_silence) {
  bench b;
  krpc::query forged;
  forged.method = krpc::method::rdv;
  forged.id = id_of({0x11});
  forged.target = topic.target();
  forged.rendezvous.from = endpoint_of(5);
  forged.rendezvous.payload = as_byte_view("spam");
  BOOST_TEST(!b.ask(endpoint_of(1), forged).has_value());
  BOOST_TEST(b.events<rendezvous_received>().empty());
  BOOST_TEST(b.machine.counters().unexpected_rendezvous == 1u);
}

BOOST_AUTO_TEST_CASE(forwarding_needs_a_token_a_record_and_patience) {
  // When as many queries are under way as there may be, nothing is said to have been forwarded: two are our pings.
  for (auto [in_flight, passed] : {std::pair{128u, 10u}, {4u, 2u}}) {
    bench b{{.rpc = {.in_flight = in_flight}}};
    auto self = identity_of(1);
    krpc::query get;
    get.method = krpc::method::get_peers;
    get.id = id_of({0x11});
    get.target = topic.target();
    auto token_for = [&](const endpoint& who) {
      auto reply = b.ask(who, get);
      return to_bytes(std::get<krpc::response>(krpc::decode(reply->payload)->body).token);
    };
    auto rdv = [&](const endpoint& who, warren::byte_view token) {
      krpc::query query;
      query.method = krpc::method::rdv;
      query.id = id_of({0x11});
      query.target = topic.target();
      query.token = token;
      query.rendezvous.key = self.id().octets;
      query.rendezvous.payload = as_byte_view("x");
      auto reply = b.ask(who, query);
      BOOST_REQUIRE(reply);
      auto message = *krpc::decode(reply->payload);
      auto error = std::get_if<krpc::error>(&message.body);
      return error ? error->code : std::int64_t{0};
    };
    BOOST_TEST(rdv(endpoint_of(2), as_byte_view("wrong")) == 203);
    auto token = token_for(endpoint_of(2));
    BOOST_TEST(rdv(endpoint_of(2), token) == 201);
    auto announcer = token_for(endpoint_of(1));
    auto record = record_of(self);
    krpc::query announce = get;
    announce.method = krpc::method::announce_peer;
    announce.implied_port = true;
    announce.token = announcer;
    announce.record = record;
    b.ask(endpoint_of(1), announce);
    for (unsigned i = 0; i < 12; ++i)
      BOOST_TEST(rdv(endpoint_of(2), token) == (i < passed ? 0 : 202));
    BOOST_TEST(b.machine.counters().rendezvous_forwarded == passed);
    BOOST_TEST(b.machine.counters().rendezvous_refused == 13 - passed);
  }
}

BOOST_AUTO_TEST_CASE(plain_nodes_see_nothing_of_it) {
  bench b;
  auto self = identity_of(1);
  krpc::query get;
  get.method = krpc::method::get_peers;
  get.id = id_of({0x11});
  get.target = topic.target();
  auto reply = b.ask(endpoint_of(1), get);
  auto token = to_bytes(std::get<krpc::response>(krpc::decode(reply->payload)->body).token);
  krpc::query announce = get;
  announce.method = krpc::method::announce_peer;
  announce.port = 7;
  announce.token = token;
  auto forged = record_of(self);
  forged.back() ^= std::byte{1};
  announce.record = forged;
  reply = b.ask(endpoint_of(1), announce);
  BOOST_TEST(
      std::holds_alternative<krpc::response>(krpc::decode(reply->payload)->body), "announced all the same");
  BOOST_TEST(b.machine.counters().bad_records == 1u);
  auto record = record_of(self);
  announce.record = record;
  b.ask(endpoint_of(1), announce);
  reply = b.ask(endpoint_of(2), get);
  auto plain = std::get<krpc::response>(krpc::decode(reply->payload)->body);
  BOOST_TEST(plain.values.size() == 1u);
  BOOST_TEST(plain.records.empty(), "it has not asked for records");
  get.want_records = true;
  reply = b.ask(endpoint_of(2), get);
  BOOST_TEST(std::get<krpc::response>(krpc::decode(reply->payload)->body).records.size() == 1u);
}

BOOST_AUTO_TEST_CASE(forged_records_in_answers_are_not_believed) {
  bench b;
  b.befriend(id_of({0x22}), endpoint_of(1));
  b.machine.get_peers(b.now, topic);
  auto asked = b.queries();
  BOOST_REQUIRE(asked.size() == 1u);
  auto forged = record_of(identity_of(1));
  forged[40] ^= std::byte{1};
  krpc::response lie;
  lie.records = {{endpoint_of(5), forged}};
  b.answer(asked[0], id_of({0x22}), lie);
  BOOST_TEST(b.events<records_found>().empty());
  BOOST_TEST(b.machine.counters().bad_results == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
