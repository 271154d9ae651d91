#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/responder.hpp"

#include <boost/test/unit_test.hpp>

using warren::address_family;
using warren::endpoint;
using warren::ip_address;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::seeded_random;
using warren::test::start;
using namespace warren::dht;
namespace krpc = warren::krpc;

namespace {

endpoint six(int i) {
  std::array<std::byte, 16> octets{std::byte{0x20}, std::byte{1}, std::byte{0x0d}, std::byte{0xb8}};
  octets[5] = std::byte(i);
  octets[15] = std::byte{1};
  return {ip_address::v6(octets), 6881};
}

/// A node's answering side with a full table, many peers of topic 0x80 and nodes of the other family.
struct fixture {
  explicit fixture(address_family family) : how{.family = family}, table{id_of({0}), {family, false, {}}} {
    auto v4 = family == address_family::ipv4;
    std::vector<node_info> others;
    for (int i = 0; i < 60; ++i) {
      auto id = id_of({i < 30 ? 0x80 + i : i});
      table.heard_response(start, {id, v4 ? endpoint_of(static_cast<std::size_t>(i)) : six(i)});
      others.push_back({id, v4 ? six(i) : endpoint_of(static_cast<std::size_t>(i))});
    }
    answers.set_other_family(others);
    // Announce many peers from as many addresses.
    for (int i = 0; i < 200; ++i) {
      auto from = v4 ? endpoint_of(static_cast<std::size_t>(i)) : six(i);
      announce(from, ask(from, krpc::method::get_peers).token);
    }
  }

  std::variant<krpc::response, krpc::error> query(const endpoint& from, const krpc::query& what) {
    return answers.answer(start, from, what, table, count);
  }

  krpc::response ask(const endpoint& from, krpc::method method, bool want4 = false, bool want6 = false) {
    krpc::query what;
    what.method = method;
    what.target = id_of({0x80});
    what.want_ipv4 = want4;
    what.want_ipv6 = want6;
    return std::get<krpc::response>(query(from, what));
  }

  std::variant<krpc::response, krpc::error> announce(
      const endpoint& from, warren::byte_view token, bool implied = false) {
    krpc::query what;
    what.method = krpc::method::announce_peer;
    what.target = id_of({0x80});
    what.port = 7000;
    what.implied_port = implied;
    auto copy = warren::to_bytes(token);
    what.token = copy;
    return query(from, what);
  }

  config how;
  seeded_random random{9};
  responder answers{how, random, start};
  routing_table table;
  counters count;
};

} // namespace

BOOST_AUTO_TEST_SUITE(responder_test)

BOOST_AUTO_TEST_CASE(the_largest_response_fits_into_1200_octets) {
  for (auto family : {address_family::ipv4, address_family::ipv6}) {
    fixture f{family};
    auto from = family == address_family::ipv4 ? endpoint_of(900) : six(99);
    auto response = f.ask(from, krpc::method::get_peers, true, true);
    BOOST_TEST(response.nodes.size() == 8u);
    BOOST_TEST(response.nodes6.size() == 8u);
    BOOST_TEST(response.values.size() >= 20u);
    std::string longest(krpc::max_transaction_size, 't');
    auto raw =
        krpc::encode({warren::as_byte_view(longest), response, false, from, warren::as_byte_view("WR01")});
    BOOST_TEST(raw.size() <= 1200u);
  }
}

BOOST_AUTO_TEST_CASE(nodes_come_in_the_wanted_families_and_in_the_own_one_by_default) {
  fixture f{address_family::ipv4};
  auto from = endpoint_of(900);
  auto plain = f.ask(from, krpc::method::find_node);
  BOOST_TEST(plain.nodes.size() == 8u);
  BOOST_TEST(plain.nodes6.empty());
  BOOST_TEST(plain.token.empty());
  auto six_only = f.ask(from, krpc::method::find_node, false, true);
  BOOST_TEST(six_only.nodes.empty());
  BOOST_TEST(six_only.nodes6.size() == 8u);
  BOOST_TEST((six_only.nodes6[0].id == id_of({0x80})), "the closest");
}

BOOST_AUTO_TEST_CASE(an_announcement_needs_the_token_given_to_that_address) {
  fixture f{address_family::ipv4};
  auto stored = f.count.announcements_stored;
  auto token = warren::to_bytes(f.ask(endpoint_of(500), krpc::method::get_peers).token);
  BOOST_TEST(std::get<krpc::error>(f.announce(endpoint_of(501), token)).code == 203);
  BOOST_TEST(f.count.bad_token == 1u);
  BOOST_TEST(f.count.announcements_stored == stored);
  BOOST_TEST(std::holds_alternative<krpc::response>(f.announce(endpoint_of(500), token)));
  BOOST_TEST(f.count.announcements_stored == stored + 1);
}

BOOST_AUTO_TEST_CASE(with_implied_port_the_source_port_is_stored) {
  config how;
  seeded_random random{1};
  responder answers{how, random, start};
  routing_table table{id_of({0}), {}};
  counters count;
  krpc::query what;
  what.method = krpc::method::get_peers;
  what.target = id_of({0x80});
  auto token = warren::to_bytes(
      std::get<krpc::response>(answers.answer(start, endpoint_of(1), what, table, count)).token);
  what.method = krpc::method::announce_peer;
  what.token = token;
  what.port = 1;
  what.implied_port = true;
  answers.answer(start, endpoint_of(1), what, table, count);
  BOOST_TEST((answers.peers(start, {id_of({0x80}).octets}, 10) == std::vector{endpoint_of(1)}));
}

BOOST_AUTO_TEST_CASE(an_address_with_too_many_announcements_is_refused) {
  config how;
  how.peers.peers_per_address = 2;
  seeded_random random{1};
  responder answers{how, random, start};
  routing_table table{id_of({0}), {}};
  counters count;
  for (int topic = 0; topic < 3; ++topic) {
    krpc::query what;
    what.method = krpc::method::get_peers;
    what.target = id_of({topic});
    auto token = warren::to_bytes(
        std::get<krpc::response>(answers.answer(start, endpoint_of(1), what, table, count)).token);
    what.method = krpc::method::announce_peer;
    what.token = token;
    what.port = 1;
    auto answer = answers.answer(start, endpoint_of(1), what, table, count);
    BOOST_TEST(std::holds_alternative<krpc::response>(answer) == (topic < 2));
  }
  BOOST_TEST(count.store_full == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
