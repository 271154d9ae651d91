#include "tests/unit/dht/nodes.hpp"
#include "transports/dht/search.hpp"

#include <boost/test/unit_test.hpp>

using warren::as_byte_view;
using warren::as_text;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::id_of;
using warren::test::start;
using namespace warren::dht;
namespace krpc = warren::krpc;

namespace {

krpc::response answer_of(const node_id& id, std::string_view token) {
  krpc::response result;
  result.id = id;
  result.token = as_byte_view(token);
  return result;
}

search announcing(id_enforcement enforcement = id_enforcement::off) {
  search::settings how;
  how.own_id = id_of({2});
  how.enforcement = enforcement;
  return {{search::kind::announce, id_of({0x80}), 7000, false}, how, start};
}

} // namespace

BOOST_AUTO_TEST_SUITE(search_test)

BOOST_AUTO_TEST_CASE(an_announce_asks_for_tokens_first_and_then_tells_those_who_gave_one) {
  auto search = announcing();
  search.seed(node_info{id_of({0x81}), endpoint_of(1)});
  search.seed(node_info{id_of({0x82}), endpoint_of(2)});
  search.seed(node_info{id_of({0x83}), endpoint_of(3)});
  for (int i = 0; i < 3; ++i) {
    auto step = search.next();
    BOOST_REQUIRE(step);
    BOOST_TEST((step->query.method == krpc::method::get_peers));
    BOOST_TEST((step->query.target == id_of({0x80})));
  }
  BOOST_TEST(!search.next());
  search.on_response(endpoint_of(1), answer_of(id_of({0x81}), "one"), purpose::lookup);
  search.on_response(endpoint_of(2), answer_of(id_of({0x82}), ""), purpose::lookup);
  BOOST_TEST(!search.done());
  search.on_response(endpoint_of(3), answer_of(id_of({0x83}), "three"), purpose::lookup);
  std::map<endpoint, std::string> told;
  while (auto step = search.next()) {
    BOOST_TEST((step->query.method == krpc::method::announce_peer));
    BOOST_TEST((step->why == purpose::announce));
    BOOST_TEST(step->query.port == 7000);
    told[step->to] = as_text(step->query.token);
  }
  BOOST_TEST(told.size() == 2u);
  BOOST_TEST(told[endpoint_of(1)] == "one");
  BOOST_TEST(told[endpoint_of(3)] == "three");
  BOOST_TEST(!search.done());
  search.on_response(endpoint_of(1), answer_of(id_of({0x81}), ""), purpose::announce);
  search.on_failure(endpoint_of(3), purpose::announce);
  BOOST_TEST(search.done());
  BOOST_TEST((search.announced_to() == std::vector{endpoint_of(1)}));
  BOOST_TEST(search.queries() == 5u);
}

BOOST_AUTO_TEST_CASE(peers_count_once_and_up_to_a_bound) {
  search::settings how;
  how.max_peers = 3;
  search search{{search::kind::get_peers, id_of({0x80})}, how, start};
  search.add_peers({endpoint_of(1), endpoint_of(2), endpoint_of(1)});
  BOOST_TEST(search.take_new_peers().size() == 2u);
  search.add_peers({endpoint_of(2), endpoint_of(3), endpoint_of(4)});
  BOOST_TEST((search.take_new_peers() == std::vector{endpoint_of(3)}));
  BOOST_TEST(search.take_new_peers().empty());
  BOOST_TEST(search.peers() == 3u);
}

BOOST_AUTO_TEST_CASE(with_enforcement_only_nodes_with_a_suitable_id_store_announcements) {
  auto search = announcing(id_enforcement::require);
  auto local = *endpoint::parse("10.0.0.1:5");
  search.seed(node_info{id_of({0x81}), endpoint_of(1)});
  search.seed(node_info{id_of({0x82}), local});
  while (search.next()) {
  }
  search.on_response(endpoint_of(1), answer_of(id_of({0x81}), "one"), purpose::lookup);
  search.on_response(local, answer_of(id_of({0x82}), "two"), purpose::lookup);
  auto step = search.next();
  BOOST_REQUIRE(step);
  BOOST_TEST((step->to == local));
  BOOST_TEST(!search.next());
}

BOOST_AUTO_TEST_CASE(only_nodes_of_the_own_family_are_followed) {
  search::settings how;
  how.family = warren::address_family::ipv6;
  search search{{search::kind::get_peers, id_of({0x80})}, how, start};
  auto six = *endpoint::parse("[2001:db8::1]:1");
  search.seed(node_info{id_of({0x81}), six});
  auto step = search.next();
  BOOST_REQUIRE(step);
  BOOST_TEST(step->query.want_ipv6);
  auto response = answer_of(id_of({0x81}), "t");
  response.nodes = {{id_of({0x82}), endpoint_of(2)}};
  response.nodes6 = {{id_of({0x83}), *endpoint::parse("[2001:db8:1::1]:1")}};
  search.on_response(six, response, purpose::lookup);
  step = search.next();
  BOOST_REQUIRE(step);
  BOOST_TEST((step->to == response.nodes6[0].where));
  BOOST_TEST(!search.next());
}

BOOST_AUTO_TEST_SUITE_END()
