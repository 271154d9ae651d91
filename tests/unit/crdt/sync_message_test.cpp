#include "messages/sync_message.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::crdt;

namespace {

template <class... Octets>
item_id id(Octets... octets) {
  return {{static_cast<std::byte>(octets)...}};
}

std::string zeros(std::size_t n) {
  return std::string(2 * n, '0');
}

/// Timestamp 5 and an id of zeros.
const std::string key = "0000000000000005" + zeros(32);

std::error_code error_of(const std::string& hex) {
  return sync::decode(*from_hex(hex)).error();
}

void check_both_ways(const sync::message& value, const std::string& hex) {
  BOOST_TEST(to_hex(sync::encode(value)) == hex);
  auto decoded = sync::decode(*from_hex(hex));
  BOOST_REQUIRE(decoded);
  BOOST_TEST((*decoded == value));
}

} // namespace

BOOST_AUTO_TEST_SUITE(sync_message)

BOOST_AUTO_TEST_CASE(the_vectors_of_the_wire_document_hold) {
  sync::summary set{258, {{std::byte{0xaa}}}};
  check_both_ways(
      sync::hello{1, set}, "01"
                           "01"
                           "01"
                           "0000000000000102"
                           "aa" + zeros(31));
  check_both_ways(
      set, "02"
           "0000000000000102"
           "aa" + zeros(31));
  check_both_ways(
      sync::list{7, 4096, std::nullopt}, "03"
                                         "00000007"
                                         "00001000"
                                         "00");
  check_both_ways(
      sync::list{8, 4096, item_key{5, id(0xbb)}}, "03"
                                                  "00000008"
                                                  "00001000"
                                                  "01"
                                                  "0000000000000005"
                                                  "bb" + zeros(31));
  check_both_ways(
      sync::page{7, true, {{5, id(1)}, {5, id(2)}, {6, id(0)}}}, "04"
                                                                 "00000007"
                                                                 "01"
                                                                 "00000003"
                                                                 "0000000000000005"
                                                                 "01" + zeros(31)
                                                                     + "0000000000000005"
                                                                       "02"
                                                                     + zeros(31) + "0000000000000006"
                                                                     + zeros(32));
  check_both_ways(
      sync::want{9, {id(1)}}, "05"
                              "00000009"
                              "00000001"
                              "01" + zeros(31));
  check_both_ways(
      sync::items{0, false, {{{5, id(1)}, to_bytes("hi")}, {{6, id(2)}, {}}}}, "06"
                                                                               "00000000"
                                                                               "00"
                                                                               "00000002"
                                                                               "0000000000000005"
                                                                               "01" + zeros(31)
                                                                                   + "00000002"
                                                                                     "6869"
                                                                                     "0000000000000006"
                                                                                     "02"
                                                                                   + zeros(31) + "00000000");
  check_both_ways(
      sync::items{3, true, {}}, "06"
                                "00000003"
                                "01"
                                "00000000");
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_tail_is_refused) {
  sync::summary set{1, {}};
  const sync::message messages[] = {
      sync::hello{1, set},           set,
      sync::list{1, 1, item_key{}},  sync::page{1, true, {{1, id(1)}, {2, id(2)}}},
      sync::want{1, {id(1), id(2)}}, sync::items{1, false, {{{1, id(1)}, to_bytes("abc")}}}};
  for (const auto& each : messages) {
    auto whole = sync::encode(each);
    for (std::size_t n = 0; n < whole.size(); ++n)
      BOOST_TEST(!sync::decode(byte_view{whole}.first(n)));
    whole.push_back(std::byte{0});
    BOOST_TEST(sync::decode(whole).error() == sync::errc::trailing_octets);
  }
}

BOOST_AUTO_TEST_CASE(no_message_an_unknown_type_and_another_version_are_refused) {
  BOOST_TEST(error_of("") == sync::errc::truncated);
  BOOST_TEST(error_of("00") == sync::errc::unknown_type);
  BOOST_TEST(error_of("07") == sync::errc::unknown_type);
  BOOST_TEST(error_of("0102") == sync::errc::other_version);
}

// Type, request id, number of keys, and a flag for the key to begin after.
BOOST_AUTO_TEST_CASE(a_list_names_a_request_and_asks_for_keys) {
  BOOST_TEST(error_of("03000000000000000100") == sync::errc::bad_value);
  BOOST_TEST(error_of("03000000010000000000") == sync::errc::bad_value);
  BOOST_TEST(error_of("03000000010000000102") == sync::errc::bad_value);
}

// Type, request id, flag of the last page, number of keys, keys.
BOOST_AUTO_TEST_CASE(a_page_has_a_flag_as_many_keys_as_it_says_and_not_too_many) {
  BOOST_TEST(error_of("04000000010200000000") == sync::errc::bad_value);
  BOOST_TEST(error_of("04000000010100004001") == sync::errc::bad_value);
  BOOST_TEST(error_of("04000000010100000001") == sync::errc::truncated);
}

BOOST_AUTO_TEST_CASE(the_keys_of_a_page_come_in_order_and_once) {
  BOOST_TEST(error_of("04000000010100000002" + key + key) == sync::errc::unordered_keys);
}

// Type, request id, number of ids, ids.
BOOST_AUTO_TEST_CASE(a_want_names_a_request_and_some_ids_but_not_too_many) {
  BOOST_TEST(error_of("050000000000000001" + zeros(32)) == sync::errc::bad_value);
  BOOST_TEST(error_of("050000000100000000") == sync::errc::bad_value);
  BOOST_TEST(error_of("050000000100001001") == sync::errc::bad_value);
  BOOST_TEST(error_of("050000000100000002" + zeros(32)) == sync::errc::truncated);
}

// Type, request id, flag of the last part, number of items; each a key, a length and as many octets.
BOOST_AUTO_TEST_CASE(items_have_a_flag_and_lengths_that_hold) {
  BOOST_TEST(error_of("06000000010200000000") == sync::errc::bad_value);
  BOOST_TEST(error_of("060000000100ffffffff") == sync::errc::truncated);
  BOOST_TEST(error_of("06000000010000000001" + key + "ffffffff") == sync::errc::truncated);
}

BOOST_AUTO_TEST_CASE(a_message_above_the_limit_is_refused) {
  bytes large(sync::max_message + 1, std::byte{6});
  BOOST_TEST(sync::decode(large).error() == sync::errc::too_large);
}

BOOST_AUTO_TEST_CASE(every_code_has_a_text) {
  for (int value = 1; value <= static_cast<int>(sync::errc::no_answer); ++value)
    BOOST_TEST(make_error_code(static_cast<sync::errc>(value)).message() != "unknown error");
  BOOST_TEST(std::string{sync::category().name()} == "sync");
}

BOOST_AUTO_TEST_SUITE_END()
