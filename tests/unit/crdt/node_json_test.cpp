#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/node_json.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren::crdt;

namespace {

std::string canonical(std::string_view text) {
  auto value = canonical_value(text);
  return value ? *value : "error: " + value.error().message();
}

std::error_code error_of(std::string_view text, const graph_limits& limits = {}) {
  return parse_fields(text, limits).error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(node_json)

BOOST_AUTO_TEST_CASE(values_become_what_javascript_prints) {
  BOOST_TEST(canonical("null") == "null");
  BOOST_TEST(canonical(" true ") == "true");
  BOOST_TEST(canonical("false") == "false");
  BOOST_TEST(canonical("1.0") == "1");
  BOOST_TEST(canonical("1e2") == "100");
  BOOST_TEST(canonical("-0.0") == "0");
  BOOST_TEST(canonical(R"("a\/b")") == R"("a/b")");
  BOOST_TEST(canonical(R"("\u0041\u00e9")") == "\"A\u00e9\"");
  BOOST_TEST(canonical(R"("\ud83d\ude00")") == "\"\U0001F600\"");
  BOOST_TEST(canonical(R"("\uD83D\uDE00")") == "\"\U0001F600\"");
  BOOST_TEST(canonical(R"("\u000a\u001F")") == R"("\n\u001f")");
  BOOST_TEST(canonical(R"( { "#" : "al\u0069ce" } )") == R"({"#":"alice"})");
}

BOOST_AUTO_TEST_CASE(lone_surrogates_stay_escapes) {
  BOOST_TEST(canonical(R"("\uD83D")") == R"("\ud83d")");
  BOOST_TEST(canonical(R"("\uDE00\uD83D")") == R"("\ude00\ud83d")");
  BOOST_TEST(canonical(R"("\uD83Dx")") == R"("\ud83dx")");
  BOOST_TEST(canonical(R"("\uD83D\u0041")") == R"("\ud83dA")");
  BOOST_TEST(canonical(R"("\uD83D\uD83D\uDE00")") == "\"\\ud83d\U0001F600\"");
  // Names cannot be written without them, so they are refused there.
  BOOST_TEST(error_of(R"({"\ud83d":1})") == errc::invalid_field);
  BOOST_TEST(error_of(R"({"a":{"#":"\ud83d"}})") == errc::invalid_value);
}

BOOST_AUTO_TEST_CASE(canonical_text_is_its_own_canonical_text) {
  for (auto text : {"null", "1e+21", "1e-7", "0.1", R"("\ud83d\n")", "\"\U0001F600\"", R"({"#":"a\"b"})"})
    BOOST_TEST(canonical(text) == text);
}

BOOST_AUTO_TEST_CASE(what_is_no_value_is_refused) {
  for (auto text :
       {"[1]",
        "[]",
        "{}",
        R"({"#":""})",
        R"({"#":5})",
        R"({"#":"x","y":1})",
        R"({"a":1})",
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "01",
        "+1",
        R"({"#":null})",
        R"({"#":{"#":"a"}})",
        "",
        " ",
        "nul",
        "truex",
        "\"a",
        "\"a\nb\"",
        R"("\x")",
        R"("\u12")",
        R"("\u12g4")",
        "\"\\",
        "1 2",
        "\"\xff\"",
        "{\"#\":\"a\"} x"})
    BOOST_TEST(!canonical_value(text), text);
}

BOOST_AUTO_TEST_CASE(fields_keep_their_order_and_the_last_of_equal_names_counts) {
  auto fields = parse_fields(R"( {"b": 1, "a": "x", "b": 2.0, "é": null} )");
  BOOST_REQUIRE(fields);
  std::vector<field_value> expected{{"b", "2"}, {"a", "\"x\""}, {"é", "null"}};
  BOOST_TEST((*fields == expected));
}

BOOST_AUTO_TEST_CASE(each_fault_of_an_object_has_its_code) {
  BOOST_TEST(error_of("") == errc::not_an_object);
  BOOST_TEST(error_of("[]") == errc::not_an_object);
  BOOST_TEST(error_of("5") == errc::not_an_object);
  BOOST_TEST(error_of("{}") == errc::no_fields);
  BOOST_TEST(error_of(R"({"_":1})") == errc::invalid_field);
  BOOST_TEST(error_of(R"({"":1})") == errc::invalid_field);
  BOOST_TEST(error_of(R"({"a":[1]})") == errc::invalid_value);
  BOOST_TEST(error_of(R"({"a":{"b":1}})") == errc::invalid_value);
  BOOST_TEST(error_of(R"({"a":1e999})") == errc::invalid_value);
  BOOST_TEST(error_of(R"({"a":1,})") == errc::invalid_json);
  BOOST_TEST(error_of(R"({"a":1)") == errc::invalid_json);
  BOOST_TEST(error_of(R"({"a":1} {})") == errc::invalid_json);
  BOOST_TEST(error_of(R"({"a" 1})") == errc::invalid_json);
  BOOST_TEST(error_of(R"({a:1})") == errc::invalid_json);
  BOOST_TEST(error_of("{\"a\":\"\xff\"}") == errc::invalid_json);
  // One bad field fails the whole.
  BOOST_TEST(error_of(R"({"a":1,"b":2,"c":[]})") == errc::invalid_value);
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_without_recursion) {
  std::string deep = R"({"a":)" + std::string(100'000, '[');
  BOOST_TEST(error_of(deep) == errc::invalid_value);
  std::string objects = R"({"a":)";
  for (int i = 0; i < 50'000; ++i)
    objects += R"({"#":)";
  BOOST_TEST(error_of(objects) == errc::invalid_value);
}

BOOST_AUTO_TEST_CASE(limits_are_kept) {
  graph_limits limits;
  limits.max_name = 4;
  limits.max_value = 6;
  limits.max_fields = 2;
  limits.max_text = 60;
  BOOST_TEST(!error_of(R"({"abcd":"1234"})", limits));
  BOOST_TEST(error_of(R"({"abcde":1})", limits) == errc::invalid_field);
  BOOST_TEST(error_of(R"({"a":"12345"})", limits) == errc::value_too_large);
  BOOST_TEST(!error_of(R"({"a":1,"b":2,"a":3})", limits));
  BOOST_TEST(error_of(R"({"a":1,"b":2,"c":3})", limits) == errc::too_many_fields);
  BOOST_TEST(error_of(std::string(61, ' '), limits) == errc::text_too_large);
  BOOST_TEST((check_soul("abcd", limits) == std::error_code{}));
  BOOST_TEST(check_soul("abcde", limits) == errc::invalid_soul);
  BOOST_TEST(check_soul("", limits) == errc::invalid_soul);
  BOOST_TEST(check_soul("\xff", limits) == errc::invalid_soul);
}

BOOST_AUTO_TEST_SUITE_END()
