// What BEP 44 and Warren add to the messages of BEP 5.
#include "messages/krpc.hpp"
#include "tests/unit/dht/nodes.hpp"

#include <boost/test/unit_test.hpp>

using warren::as_byte_view;
using warren::as_text;
using warren::bytes;
using warren::test::endpoint_of;
using warren::test::id_of;
namespace krpc = warren::krpc;

namespace {

const std::string key(32, 'k');
const std::string signature(64, 's');

std::string put_text(std::string_view value, std::string_view more = {}) {
  return "d1:ad2:id20:abcdefghij0123456789" + std::string{more} + "5:token3:tok1:v" + std::string{value}
         + "e1:q3:put1:t2:aa1:y1:qe";
}

std::string signed_put(std::string_view salt, std::string_view seq) {
  return put_text(
      "i1e", "1:k32:" + key + "4:salt" + std::to_string(salt.size()) + ":" + std::string{salt} + "3:seq"
                 + std::string{seq} + "3:sig64:" + signature);
}

/// Returns the code of the error that a query is answered with; 0 = none.
std::int64_t refusal(const std::string& datagram) {
  auto message = krpc::decode(as_byte_view(datagram));
  BOOST_REQUIRE_MESSAGE(message, datagram);
  auto bad = std::get_if<krpc::bad_query>(&message->body);
  return bad ? static_cast<std::int64_t>(bad->code) : 0;
}

std::string text_of(const krpc::query& query) {
  return std::string{as_text(krpc::encode({as_byte_view("aa"), query, false, {}, {}}))};
}

std::string text_of(const krpc::response& response) {
  return std::string{as_text(krpc::encode({as_byte_view("aa"), response, false, {}, {}}))};
}

} // namespace

BOOST_AUTO_TEST_SUITE(krpc_items_test)

BOOST_AUTO_TEST_CASE(a_put_is_refused_with_the_codes_of_bep_44) {
  BOOST_TEST(refusal(put_text("5:hello")) == 0);
  BOOST_TEST(refusal(put_text("996:" + std::string(996, 'x'))) == 0);
  BOOST_TEST(refusal(put_text("997:" + std::string(997, 'x'))) == 205);
  BOOST_TEST(refusal(put_text("d1:bi1e1:ai2ee")) == 203, "unsorted keys in the value");
  std::string many = "d";
  for (int i = 0; i < 100; ++i)
    many += "2:" + std::string{char('a' + i / 16), char('a' + i % 16)} + "i0e";
  BOOST_TEST(refusal(put_text(many + "e")) == 0, "a hundred sorted keys");
  BOOST_TEST(refusal("d1:ad2:id20:abcdefghij01234567895:token3:toke1:q3:put1:t2:aa1:y1:qe") == 203);
  BOOST_TEST(refusal("d1:ad2:id20:abcdefghij01234567891:vi1ee1:q3:put1:t2:aa1:y1:qe") == 203);
  BOOST_TEST(refusal(signed_put("", "i1e")) == 0);
  BOOST_TEST(refusal(signed_put(std::string(64, 'x'), "i1e")) == 0);
  BOOST_TEST(refusal(signed_put(std::string(65, 'x'), "i1e")) == 207);
  BOOST_TEST(refusal(signed_put("", "i-1e")) == 203);
  auto with_cas = [](const std::string& cas) {
    return "d1:ad3:cas" + cas + "2:id20:abcdefghij01234567891:k32:" + key + "3:seqi1e3:sig64:" + signature
           + "5:token3:tok1:vi1ee1:q3:put1:t2:aa1:y1:qe";
  };
  BOOST_TEST(refusal(with_cas("i1e")) == 0);
  BOOST_TEST(refusal(with_cas("1:1")) == 203, "taken for no cas, it would replace what it must not");
  BOOST_TEST(refusal(put_text("i1e", "1:k32:" + key)) == 203);
  BOOST_TEST(refusal(put_text("i1e", "1:k3:abc3:seqi1e3:sig64:" + signature)) == 203);
}

BOOST_AUTO_TEST_CASE(queries_of_bep_44_are_written_with_sorted_keys_and_read_back) {
  krpc::query put;
  put.method = krpc::method::put;
  put.id = id_of({1});
  put.token = as_byte_view("tok");
  put.item = {
      as_byte_view("l4:spame"), as_byte_view(key), as_byte_view(signature), as_byte_view("salt"), 7, 6};
  auto id = "2:id20:" + std::string{as_text(put.id.octets)};
  BOOST_TEST(
      text_of(put)
      == "d1:ad3:casi6e" + id + "1:k32:" + key + "4:salt4:salt3:seqi7e3:sig64:" + signature
             + "5:token3:tok1:vl4:spamee1:q3:put1:t2:aa1:y1:qe");
  auto raw = krpc::encode({as_byte_view("aa"), put, false, {}, {}});
  auto back = std::get<krpc::query>(krpc::decode(raw)->body);
  BOOST_TEST(as_text(back.item.value) == "l4:spame");
  BOOST_TEST(as_text(back.item.salt) == "salt");
  BOOST_TEST((back.item.seq == 7));
  BOOST_TEST((back.item.cas == 6));
  krpc::query get;
  get.method = krpc::method::get;
  get.id = id_of({1});
  get.target = id_of({2});
  get.item.seq = 5;
  BOOST_TEST(
      text_of(get)
      == "d1:ad" + id + "3:seqi5e6:target20:" + std::string{as_text(get.target.octets)}
             + "e1:q3:get1:t2:aa1:y1:qe");
}

BOOST_AUTO_TEST_CASE(a_response_carries_an_item_between_nodes_and_values) {
  krpc::response response;
  response.id = id_of({1});
  response.token = as_byte_view("tok");
  response.item = {as_byte_view("5:hello"), as_byte_view(key), as_byte_view(signature), {}, 3, {}};
  BOOST_TEST(
      text_of(response)
      == "d1:rd2:id20:" + std::string{as_text(response.id.octets)} + "1:k32:" + key
             + "3:seqi3e3:sig64:" + signature + "5:token3:tok1:v5:helloe1:t2:aa1:y1:re");
  auto raw = krpc::encode({as_byte_view("aa"), response, false, {}, {}});
  auto back = std::get<krpc::response>(krpc::decode(raw)->body);
  BOOST_TEST(as_text(back.item.value) == "5:hello");
  BOOST_TEST(as_text(back.item.key) == key);
  BOOST_TEST((back.item.seq == 3));
}

BOOST_AUTO_TEST_CASE(an_item_with_parts_of_the_wrong_size_is_left_out_of_a_response) {
  std::string head = "d1:rd2:id20:abcdefghij0123456789";
  for (auto broken :
       {std::string{"1:k3:abc3:seqi1e3:sig64:"} + signature + "1:vi1e", "1:k32:" + key + "1:vi1e",
        "1:v997:" + std::string(997, 'x')}) {
    auto text = head + broken + "e1:t2:aa1:y1:re";
    auto message = krpc::decode(as_byte_view(text));
    BOOST_REQUIRE(message);
    BOOST_TEST(std::get<krpc::response>(message->body).item.value.empty());
  }
}

// WIRE.md, Rendezvous.
BOOST_AUTO_TEST_CASE(rendezvous_queries_are_those_of_the_document) {
  krpc::query ask;
  ask.method = krpc::method::rdv;
  ask.id = id_of({0x61});
  ask.target = id_of({0x62});
  ask.token = as_byte_view("tok");
  ask.rendezvous.key = as_byte_view(key);
  ask.rendezvous.payload = as_byte_view("hello");
  auto id = std::string{as_text(ask.id.octets)};
  auto hash = std::string{as_text(ask.target.octets)};
  BOOST_TEST(
      text_of(ask)
      == "d1:ad2:id20:" + id + "2:ih20:" + hash + "1:k32:" + key
             + "1:p5:hello5:token3:toke1:q3:rdv1:t2:aa1:y1:qe");
  krpc::query forward;
  forward.method = krpc::method::rdv;
  forward.id = ask.id;
  forward.target = ask.target;
  forward.rendezvous.from = endpoint_of(1);
  forward.rendezvous.payload = as_byte_view("hello");
  auto raw = krpc::encode({as_byte_view("aa"), forward, false, {}, {}});
  auto back = std::get<krpc::query>(krpc::decode(raw)->body);
  BOOST_TEST((back.rendezvous.from == endpoint_of(1)));
  BOOST_TEST(as_text(back.rendezvous.payload) == "hello");
  krpc::response done;
  done.forwarded = true;
  BOOST_TEST(text_of(done).find("3:rdvi1e") != std::string::npos);
  std::string large(krpc::max_rendezvous_payload + 1, 'p');
  ask.rendezvous.payload = as_byte_view(large);
  BOOST_TEST(refusal(text_of(ask)) == 203);
}

BOOST_AUTO_TEST_CASE(records_travel_beside_values_and_bad_ones_are_left_out) {
  krpc::response response;
  response.values = {endpoint_of(1)};
  response.records = {
      {endpoint_of(1), as_byte_view("record")},
      {*warren::endpoint::parse("[2001:db8::1]:9"), as_byte_view("other")}};
  auto raw = krpc::encode({as_byte_view("aa"), response, false, {}, {}});
  auto back = std::get<krpc::response>(krpc::decode(raw)->body);
  BOOST_REQUIRE(back.records.size() == 2u);
  BOOST_TEST((back.records[1].where == *warren::endpoint::parse("[2001:db8::1]:9")));
  BOOST_TEST(as_text(back.records[0].record) == "record");
  for (auto wr : {"wrl0:e", "wrl3:\6abe", "wrl2:\1xe", "wri1e", "wrli1ee"}) {
    auto text = "d1:rd2:id20:abcdefghij01234567892:" + std::string{wr} + "e1:t2:aa1:y1:re";
    auto message = krpc::decode(as_byte_view(text));
    BOOST_REQUIRE_MESSAGE(message, text);
    BOOST_TEST(std::get<krpc::response>(message->body).records.empty(), text);
  }
  std::string large(krpc::max_record_size + 1, 'r');
  krpc::query announce;
  announce.method = krpc::method::announce_peer;
  announce.port = 1;
  announce.token = as_byte_view("tok");
  announce.record = as_byte_view(large);
  raw = krpc::encode({as_byte_view("aa"), announce, false, {}, {}});
  BOOST_TEST(
      std::get<krpc::query>(krpc::decode(raw)->body).record.empty(), "the announcement counts all the same");
}

BOOST_AUTO_TEST_SUITE_END()
