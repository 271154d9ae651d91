#include "messages/bencode.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using warren::as_byte_view;
using warren::as_text;
using warren::bytes;
using warren::bencode::decode;
using warren::bencode::errc;
using warren::bencode::limits;
using warren::bencode::writer;

namespace {

std::error_code why(std::string_view input, const limits& accepted = {}) {
  return decode(as_byte_view(input), accepted).error();
}

std::string repeated(std::string_view what, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i)
    result += what;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bencode_test)

BOOST_AUTO_TEST_CASE(the_examples_of_bep_3_decode) {
  BOOST_TEST(as_text(*decode(as_byte_view("4:spam"))->string()) == "spam");
  BOOST_TEST(decode(as_byte_view("0:"))->string()->empty());
  BOOST_TEST(*decode(as_byte_view("i3e"))->integer() == 3);
  BOOST_TEST(*decode(as_byte_view("i-3e"))->integer() == -3);
  BOOST_TEST(*decode(as_byte_view("i0e"))->integer() == 0);
  auto list = decode(as_byte_view("l4:spam4:eggse"));
  std::vector<std::string> elements;
  for (auto element : list->list())
    elements.emplace_back(as_text(*element.string()));
  BOOST_TEST(elements == (std::vector<std::string>{"spam", "eggs"}), boost::test_tools::per_element());
  auto dict = decode(as_byte_view("d4:spaml1:a1:bee"));
  BOOST_TEST(as_text(dict->find("spam")->encoded()) == "l1:a1:be");
}

BOOST_AUTO_TEST_CASE(values_are_found_behind_nested_ones) {
  auto root = decode(as_byte_view("d1:ad2:idi7e4:listli1eli2eeee1:bi-9223372036854775808e1:c3:xyze"));
  BOOST_REQUIRE(root);
  BOOST_TEST(*root->find("a")->find_integer("id") == 7);
  BOOST_TEST(*root->find_integer("b") == INT64_MIN);
  BOOST_TEST(as_text(*root->find_string("c")) == "xyz");
  BOOST_TEST(!root->find("id"));
  BOOST_TEST(!root->find_integer("c"));
  BOOST_TEST(!root->find_string("b"));
  BOOST_TEST(!root->find("b")->find("x"));
}

BOOST_AUTO_TEST_CASE(every_kind_of_malformed_input_is_refused_with_its_reason) {
  const std::vector<std::pair<std::string_view, errc>> cases{
      {"", errc::truncated},
      {"i", errc::truncated},
      {"i12", errc::truncated},
      {"4:spa", errc::truncated},
      {"99999999999999999999999:x", errc::truncated},
      {"l", errc::truncated},
      {"d3:abc", errc::truncated},
      {"d3:abci1e", errc::truncated},
      {"i1ei2e", errc::trailing_data},
      {"x", errc::bad_token},
      {"e", errc::bad_token},
      {"ie", errc::bad_token},
      {"i-e", errc::bad_token},
      {"i1.5e", errc::bad_token},
      {"i 1e", errc::bad_token},
      {"i+1e", errc::bad_token},
      {"-1:a", errc::bad_token},
      {"3abc", errc::bad_token},
      {"i03e", errc::leading_zero},
      {"i-03e", errc::leading_zero},
      {"03:abc", errc::leading_zero},
      {"i-0e", errc::negative_zero},
      {"i9223372036854775808e", errc::integer_overflow},
      {"i-9223372036854775809e", errc::integer_overflow},
      {"di1ei2ee", errc::key_not_string},
      {"dlei2ee", errc::key_not_string},
      {"d1:bi1e1:ai2ee", errc::keys_not_sorted},
      {"d1:ai1e1:ai2ee", errc::duplicate_key},
  };
  for (const auto& [input, expected] : cases)
    BOOST_TEST(why(input) == make_error_code(expected), input);
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_valid_value_is_refused) {
  std::string_view whole = "d1:ad2:id3:abc4:listli1ei-22eee1:t2:aae";
  BOOST_TEST(!why(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    BOOST_TEST(why(whole.substr(0, length)) == make_error_code(errc::truncated), length);
}

BOOST_AUTO_TEST_CASE(nesting_and_size_have_limits) {
  BOOST_TEST(!why(repeated("l", 16) + repeated("e", 16)));
  BOOST_TEST(why(repeated("l", 17) + repeated("e", 17)) == make_error_code(errc::too_deep));
  BOOST_TEST(why(repeated("d1:a", 17) + "i0e" + repeated("e", 17)) == make_error_code(errc::too_deep));
  BOOST_TEST(why(repeated("l", 1'000'000)) == make_error_code(errc::too_large));
  BOOST_TEST(!why("6:abcdef", {.size = 8}));
  BOOST_TEST(why("7:abcdefg", {.size = 8}) == make_error_code(errc::too_large));
}

BOOST_AUTO_TEST_CASE(unsorted_keys_are_taken_only_when_allowed_and_duplicates_never) {
  limits lenient{.unsorted_keys = true};
  auto root = decode(as_byte_view("d1:bi1e1:ai2ee"), lenient);
  BOOST_REQUIRE(root);
  BOOST_TEST(*root->find_integer("a") == 2);
  BOOST_TEST(why("d1:bi1e1:ai2e1:bi3ee", lenient) == make_error_code(errc::duplicate_key));
  std::string many = "d";
  for (int i = 0; i < 65; ++i)
    many += "2:" + std::string{char('a' + i / 16), char('a' + i % 16)} + "i0e";
  BOOST_TEST(!why(many + "e", lenient), "sorted keys may be many");
  BOOST_TEST(!why(many + "e"));
  BOOST_TEST(why(many + "1:ai0ee", lenient) == make_error_code(errc::too_many_keys));
  BOOST_TEST(why("d1:ci0e1:ai0e1:bi0e1:ci0ee", lenient) == make_error_code(errc::duplicate_key));
  BOOST_TEST(why("d1:ai0e1:ci0e1:bi0e1:ci0ee", lenient) == make_error_code(errc::duplicate_key));
}

BOOST_AUTO_TEST_CASE(what_is_written_decodes) {
  bytes out;
  writer{out}
      .begin_dict()
      .key("a")
      .integer(-42)
      .key("b")
      .begin_list()
      .string("x")
      .integer(INT64_MIN)
      .end()
      .end();
  BOOST_TEST(as_text(out) == "d1:ai-42e1:bl1:xi-9223372036854775808eee");
  BOOST_TEST(!decode(out).error());
}

BOOST_AUTO_TEST_CASE(every_error_has_a_message_of_its_own) {
  std::vector<std::string> seen;
  for (int value = 1; value <= static_cast<int>(errc::too_many_keys); ++value) {
    std::error_code code{value, warren::bencode::category()};
    BOOST_TEST(code.message() != "unknown bencode error");
    BOOST_TEST((std::find(seen.begin(), seen.end(), code.message()) == seen.end()));
    seen.push_back(code.message());
  }
  BOOST_TEST((std::error_code{errc::too_deep} == errc::too_deep));
}

BOOST_AUTO_TEST_SUITE_END()
