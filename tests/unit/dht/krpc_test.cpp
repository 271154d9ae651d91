#include "messages/compact.hpp"
#include "messages/krpc.hpp"
#include "tests/unit/dht/nodes.hpp"

#include <boost/test/unit_test.hpp>

using warren::as_byte_view;
using warren::as_text;
using warren::bytes;
using warren::endpoint;
using warren::test::endpoint_of;
using warren::test::id_of;
namespace dht = warren::dht;
namespace krpc = warren::krpc;

namespace {

warren::result<krpc::message> read(std::string_view datagram) {
  return krpc::decode(as_byte_view(datagram));
}

krpc::error_code refusal(std::string_view datagram) {
  auto message = read(datagram);
  BOOST_REQUIRE_MESSAGE(message, datagram);
  auto bad = std::get_if<krpc::bad_query>(&message->body);
  BOOST_REQUIRE_MESSAGE(bad, datagram);
  BOOST_TEST(as_text(message->transaction) == "aa");
  return bad->code;
}

std::error_code why(std::string_view datagram) {
  return read(datagram).error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(krpc_test)

// The example packets of BEP 5.

BOOST_AUTO_TEST_CASE(the_queries_of_bep_5_decode) {
  auto ping = read("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
  BOOST_REQUIRE(ping);
  auto query = std::get<krpc::query>(ping->body);
  BOOST_TEST((query.method == krpc::method::ping));
  BOOST_TEST(as_text(query.id.octets) == "abcdefghij0123456789");
  query = std::get<krpc::query>(
      read("d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe")
          ->body);
  BOOST_TEST((query.method == krpc::method::find_node));
  BOOST_TEST(as_text(query.target.octets) == "mnopqrstuvwxyz123456");
  query = std::get<krpc::query>(
      read("d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe")
          ->body);
  BOOST_TEST((query.method == krpc::method::get_peers));
  query = std::get<krpc::query>(read("d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:"
                                     "mnopqrstuvwxyz1234564:porti6881e5:token8:"
                                     "aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe")
                                    ->body);
  BOOST_TEST((query.method == krpc::method::announce_peer));
  BOOST_TEST(query.implied_port);
  BOOST_TEST(query.port == 6881);
  BOOST_TEST(as_text(query.token) == "aoeusnth");
}

BOOST_AUTO_TEST_CASE(the_responses_and_errors_of_bep_5_decode) {
  auto peers =
      read("d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re");
  BOOST_REQUIRE(peers);
  auto response = std::get<krpc::response>(peers->body);
  BOOST_TEST(as_text(response.token) == "aoeusnth");
  BOOST_REQUIRE(response.values.size() == 2u);
  BOOST_TEST(to_string(response.values[0]) == "97.120.106.101:11893");
  auto error = read("d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee");
  BOOST_REQUIRE(error);
  BOOST_TEST(std::get<krpc::error>(error->body).code == 201);
  BOOST_TEST(as_text(std::get<krpc::error>(error->body).text) == "A Generic Error Ocurred");
}

BOOST_AUTO_TEST_CASE(our_queries_are_those_of_bep_5_octet_by_octet) {
  krpc::query query;
  query.id = *dht::node_id::from(as_byte_view("abcdefghij0123456789"));
  query.target = *dht::node_id::from(as_byte_view("mnopqrstuvwxyz123456"));
  auto text = [&query](krpc::method method) {
    query.method = method;
    return std::string{as_text(krpc::encode({as_byte_view("aa"), query, false, {}, {}}))};
  };
  BOOST_TEST(text(krpc::method::ping) == "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
  BOOST_TEST(
      text(krpc::method::find_node)
      == "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe");
  BOOST_TEST(
      text(krpc::method::get_peers)
      == "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe");
  query.implied_port = true;
  query.port = 6881;
  query.token = as_byte_view("aoeusnth");
  BOOST_TEST(
      text(krpc::method::announce_peer)
      == "d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:"
         "token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe");
}

BOOST_AUTO_TEST_CASE(everything_encoded_decodes_to_the_same) {
  krpc::response response;
  response.id = id_of({1, 2, 3});
  response.nodes = {{id_of({4}), endpoint_of(1)}, {id_of({5}), endpoint_of(2)}};
  response.nodes6 = {{id_of({6}), *endpoint::parse("[2001:db8::1]:6881")}};
  response.values = {endpoint_of(3), *endpoint::parse("[2001:db8::2]:1")};
  response.token = as_byte_view("token");
  auto raw = krpc::encode({as_byte_view("tx"), response, false, endpoint_of(9), as_byte_view("WR01")});
  auto back = krpc::decode(raw);
  BOOST_REQUIRE(back);
  auto read_back = std::get<krpc::response>(back->body);
  BOOST_TEST((read_back.id == response.id));
  BOOST_TEST((read_back.nodes == response.nodes));
  BOOST_TEST((read_back.nodes6 == response.nodes6));
  BOOST_TEST((read_back.values == response.values));
  BOOST_TEST(as_text(read_back.token) == "token");
  BOOST_TEST((back->ip == endpoint_of(9)));
  BOOST_TEST(as_text(back->version) == "WR01");
  krpc::query query;
  query.method = krpc::method::find_node;
  query.want_ipv4 = query.want_ipv6 = true;
  auto asked = krpc::encode({as_byte_view("tx"), query, true, {}, {}});
  back = krpc::decode(asked);
  BOOST_REQUIRE(back);
  BOOST_TEST(back->read_only);
  BOOST_TEST(std::get<krpc::query>(back->body).want_ipv4);
  BOOST_TEST(std::get<krpc::query>(back->body).want_ipv6);
}

BOOST_AUTO_TEST_CASE(a_query_that_cannot_be_served_names_the_error_to_answer_with) {
  using enum krpc::error_code;
  BOOST_TEST((refusal("d1:ad2:id20:abcdefghij0123456789e1:q4:vote1:t2:aa1:y1:qe") == method_unknown));
  for (auto datagram : {
           "d1:q4:ping1:t2:aa1:y1:qe",
           "d1:ai1e1:q4:ping1:t2:aa1:y1:qe",
           "d1:ad2:id20:abcdefghij0123456789e1:t2:aa1:y1:qe",
           "d1:ad2:id19:abcdefghij012345678e1:q4:ping1:t2:aa1:y1:qe",
           "d1:ad2:idi7ee1:q4:ping1:t2:aa1:y1:qe",
           "d1:ad2:id20:abcdefghij0123456789e1:q9:find_node1:t2:aa1:y1:qe",
           "d1:ad2:id20:abcdefghij01234567896:target3:abce1:q9:find_node1:t2:aa1:y1:qe",
           "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe",
           "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti1ee1:q13:announce_peer1:"
           "t2:aa1:y1:qe",
           "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti0e5:token1:xe1:q13:"
           "announce_peer1:t2:"
           "aa1:y1:qe",
           "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti65536e5:token1:xe1:q13:"
           "announce_"
           "peer1:t2:aa1:y1:qe",
           "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti-1e5:token1:xe1:q13:"
           "announce_peer1:t2:"
           "aa1:y1:qe",
       })
    BOOST_TEST((refusal(datagram) == protocol), datagram);
}

BOOST_AUTO_TEST_CASE(what_is_no_krpc_message_is_refused_with_its_reason) {
  using krpc::errc;
  const std::vector<std::pair<std::string, errc>> cases{
      {"", errc::not_bencoded},
      {"i1e", errc::not_bencoded},
      {"hello", errc::not_bencoded},
      {"d1:t2:aa1:y1:q", errc::not_bencoded},
      {"d1:x5000:" + std::string(5000, 'x') + "e", errc::not_bencoded},
      {"d1:q4:ping1:y1:qe", errc::bad_transaction},
      {"d1:ti1e1:y1:qe", errc::bad_transaction},
      {"d1:t0:1:y1:qe", errc::bad_transaction},
      {"d1:t33:" + std::string(33, 'x') + "1:y1:qe", errc::bad_transaction},
      {"d1:t2:aae", errc::bad_type},
      {"d1:t2:aa1:y1:xe", errc::bad_type},
      {"d1:t2:aa1:y1:re", errc::bad_response},
      {"d1:rle1:t2:aa1:y1:re", errc::bad_response},
      {"d1:rd2:id3:abce1:t2:aa1:y1:re", errc::bad_response},
      {"d1:rd2:id20:abcdefghij01234567895:nodes25:" + std::string(25, 'x') + "e1:t2:aa1:y1:re",
       errc::bad_response},
      {"d1:rd2:id20:abcdefghij01234567895:nodesi1ee1:t2:aa1:y1:re", errc::bad_response},
      {"d1:rd2:id20:abcdefghij01234567896:nodes626:" + std::string(26, 'x') + "e1:t2:aa1:y1:re",
       errc::bad_response},
      {"d1:rd2:id20:abcdefghij01234567896:values6:abcdefe1:t2:aa1:y1:re", errc::bad_response},
      {"d1:t2:aa1:y1:ee", errc::bad_error},
      {"d1:e3:abc1:t2:aa1:y1:ee", errc::bad_error},
      {"d1:eli201ee1:t2:aa1:y1:ee", errc::bad_error},
      {"d1:el1:ai201ee1:t2:aa1:y1:ee", errc::bad_error},
  };
  for (const auto& [datagram, expected] : cases)
    BOOST_TEST(why(datagram) == make_error_code(expected), datagram);
}

BOOST_AUTO_TEST_CASE(peers_of_a_wrong_form_are_left_out_of_a_response) {
  auto message =
      read("d1:rd2:id20:abcdefghij01234567896:valuesl5:abcde6:axje.u0:i7e6:idhtnmee1:t2:aa1:y1:re");
  BOOST_REQUIRE(message);
  const auto& values = std::get<krpc::response>(message->body).values;
  BOOST_REQUIRE(values.size() == 2u);
  BOOST_TEST(to_string(values[0]) == "97.120.106.101:11893");
}

BOOST_AUTO_TEST_CASE(a_response_has_a_bounded_number_of_nodes_and_values) {
  auto nodes = [](std::size_t count) {
    return "d1:rd2:id20:abcdefghij01234567895:nodes" + std::to_string(count * 26) + ":"
           + std::string(count * 26, 'x') + "e1:t2:aa1:y1:re";
  };
  BOOST_TEST(!why(nodes(krpc::max_nodes)));
  BOOST_TEST(why(nodes(krpc::max_nodes + 1)) == make_error_code(krpc::errc::bad_response));
  auto values = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
      list += "6:abcdef";
    return "d1:rd2:id20:abcdefghij01234567896:valuesl" + list + "ee1:t2:aa1:y1:re";
  };
  for (auto count : {krpc::max_values, krpc::max_values + 1}) {
    auto datagram = values(count);
    auto message = read(datagram);
    BOOST_REQUIRE(message);
    BOOST_TEST(std::get<krpc::response>(message->body).values.size() == krpc::max_values);
  }
}

BOOST_AUTO_TEST_CASE(the_external_address_is_read_in_all_forms_in_use) {
  auto ip = [](std::string_view raw) {
    auto datagram = "d2:ip" + std::to_string(raw.size()) + ":" + std::string{raw}
                    + "1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re";
    auto message = read(datagram);
    BOOST_REQUIRE(message);
    return message->ip;
  };
  BOOST_TEST(to_string(*ip("\x7f\1\1\1\x1a\xe1")) == "127.1.1.1:6881");
  BOOST_TEST(to_string(*ip("\x7f\1\1\1")) == "127.1.1.1:0");
  BOOST_TEST(ip("abcdefghijklmnop")->port == 0);
  BOOST_TEST(ip("abcdefghijklmnop\1\2")->port == 258);
  BOOST_TEST(!ip("abc"));
}

BOOST_AUTO_TEST_CASE(unsorted_and_unknown_keys_are_tolerated) {
  auto message = read("d1:t2:aa1:q4:ping1:y1:q1:ad2:id20:abcdefghij01234567892:zzi1ee3:foo3:bare");
  BOOST_REQUIRE(message);
  BOOST_TEST(std::holds_alternative<krpc::query>(message->body));
}

BOOST_AUTO_TEST_CASE(errors_have_messages) {
  for (int value = 1; value <= static_cast<int>(krpc::errc::bad_error); ++value)
    BOOST_TEST((std::error_code{value, krpc::category()}.message() != "unknown KRPC error"));
  BOOST_TEST((std::error_code{krpc::errc::bad_type} == krpc::errc::bad_type));
}

BOOST_AUTO_TEST_CASE(compact_forms_are_refused_at_any_other_length) {
  for (std::size_t size = 0; size < 60; ++size) {
    bytes raw(size);
    BOOST_TEST(dht::parse_compact_endpoint(raw).has_value() == (size == 6 || size == 18), size);
    BOOST_TEST(
        dht::parse_compact_nodes(raw, warren::address_family::ipv4).has_value() == (size % 26 == 0), size);
    BOOST_TEST(
        dht::parse_compact_nodes(raw, warren::address_family::ipv6).has_value() == (size % 38 == 0), size);
    BOOST_TEST(dht::node_id::from(raw).has_value() == (size == 20), size);
  }
}

BOOST_AUTO_TEST_CASE(the_xor_metric_is_symmetric_and_orders_by_the_first_differing_bit) {
  warren::test::seeded_random random{5};
  for (int i = 0; i < 200; ++i) {
    auto a = warren::test::random_id(random);
    auto b = warren::test::random_id(random);
    auto c = warren::test::random_id(random);
    BOOST_TEST((distance_between(a, b) == distance_between(b, a)));
    BOOST_TEST((distance_between(a, a) == dht::distance{}));
    if (common_prefix(a, b) > common_prefix(a, c))
      BOOST_TEST((distance_between(a, b) < distance_between(a, c)));
  }
  BOOST_TEST(common_prefix(id_of({0x80}), id_of({0xc0})) == 1u);
  BOOST_TEST(common_prefix(id_of({1, 2}), id_of({1, 3})) == 15u);
  BOOST_TEST(common_prefix(id_of({1}), id_of({1})) == 160u);
}

BOOST_AUTO_TEST_SUITE_END()
