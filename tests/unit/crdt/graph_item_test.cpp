#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/graph_item.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace warren;
using namespace warren::crdt;

namespace {

item resealed(item changed) {
  changed.key.id = id_of(changed.payload);
  return changed;
}

} // namespace

BOOST_AUTO_TEST_SUITE(graph_item)

BOOST_AUTO_TEST_CASE(the_layout_is_as_documented) {
  // The vector of messages/WIRE.md.
  auto made = make_item({"alice", "age", 1'700'000'000'000.5, "30"});
  BOOST_TEST(to_hex(made.payload) == "014278bcfe568008000005616c69636500036167653330");
  BOOST_TEST(made.key.timestamp == 1'700'000'000'000u);
  BOOST_TEST(
      to_hex(made.key.id.octets) == "5c77d0a12c83cdc53a51cb0f59060f7c7d67e64bf02542bb2e2670d99211c02e");
}

BOOST_AUTO_TEST_CASE(what_was_encoded_is_read_back) {
  for (field_write write :
       {field_write{"a", "b", -5, "null"}, field_write{"\u00e9/x", "\U0001F600", 0, R"("text")"},
        field_write{"s", "f", 1e300, R"({"#":"a"})"}}) {
    auto payload = encode_field(write);
    auto read = decode_field(payload);
    BOOST_REQUIRE(read);
    BOOST_TEST((*read == write));
    BOOST_TEST(!check_item(make_item(write), {}));
  }
}

BOOST_AUTO_TEST_CASE(timestamps_are_whole_milliseconds) {
  BOOST_TEST(timestamp_of(-5) == 0u);
  BOOST_TEST(timestamp_of(0) == 0u);
  BOOST_TEST(timestamp_of(1.999) == 1u);
  BOOST_TEST(timestamp_of(0x1p63) == 0x7fffffffffffffffu);
  BOOST_TEST(timestamp_of(1e300) == 0x7fffffffffffffffu);
}

BOOST_AUTO_TEST_CASE(minus_zero_is_written_as_zero_and_refused_when_read) {
  BOOST_TEST((encode_field({"a", "b", -0.0, "1"}) == encode_field({"a", "b", 0.0, "1"})));
  auto item = make_item({"a", "b", 0, "1"});
  item.payload[1] = std::byte{0x80};
  BOOST_TEST(check_item(resealed(item), {}) == errc::invalid_state);
}

BOOST_AUTO_TEST_CASE(each_fault_of_an_item_has_its_code) {
  auto code = [](const field_write& write) { return check_item(make_item(write), {}); };
  BOOST_TEST(code({"", "f", 1, "1"}) == errc::invalid_soul);
  BOOST_TEST(code({"\xff", "f", 1, "1"}) == errc::invalid_soul);
  std::string long_name(1025, 'x');
  BOOST_TEST(code({long_name, "f", 1, "1"}) == errc::invalid_soul);
  BOOST_TEST(code({"s", "", 1, "1"}) == errc::invalid_field);
  BOOST_TEST(code({"s", "_", 1, "1"}) == errc::invalid_field);
  BOOST_TEST(code({"s", long_name, 1, "1"}) == errc::invalid_field);
  BOOST_TEST(code({"s", "f", std::nan(""), "1"}) == errc::invalid_state);
  BOOST_TEST(code({"s", "f", 1, "1.0"}) == errc::malformed_item);
  BOOST_TEST(code({"s", "f", 1, " 1"}) == errc::malformed_item);
  BOOST_TEST(code({"s", "f", 1, R"("\u0041")"}) == errc::malformed_item);
  BOOST_TEST(code({"s", "f", 1, "[]"}) == errc::invalid_value);
  BOOST_TEST(code({"s", "f", 1, ""}) == errc::invalid_value);
  std::string large = "\"" + std::string(512 * 1024, 'x') + "\"";
  BOOST_TEST(code({"s", "f", 1, large}) == errc::value_too_large);
}

BOOST_AUTO_TEST_CASE(an_id_or_timestamp_that_does_not_follow_is_wrong) {
  auto item = make_item({"s", "f", 1000, "1"});
  item.key.id.octets[0] ^= std::byte{1};
  BOOST_TEST(check_item(item, {}) == errc::wrong_id);
  item = make_item({"s", "f", 1000, "1"});
  ++item.key.timestamp;
  BOOST_TEST(check_item(item, {}) == errc::wrong_id);
}

BOOST_AUTO_TEST_CASE(cut_payloads_and_other_layouts_are_malformed) {
  auto whole = make_item({"soul", "field", 1000, "1"});
  for (std::size_t n = 0; n < whole.payload.size(); ++n) {
    auto cut = whole;
    cut.payload.resize(n);
    BOOST_TEST(!!check_item(resealed(cut), {}));
  }
  whole.payload[0] = std::byte{2};
  BOOST_TEST(check_item(resealed(whole), {}) == errc::malformed_item);
}

BOOST_AUTO_TEST_SUITE_END()
