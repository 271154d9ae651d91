#include "crdt_bridge/js_number.hpp"
#include "crdt_bridge/js_text.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

using namespace warren::crdt;

BOOST_AUTO_TEST_SUITE(js_text)

BOOST_AUTO_TEST_CASE(numbers_print_as_javascript_prints_them) {
  // Each pair was checked with String(x) in a JavaScript engine's definition, ECMA-262 Number::toString.
  const std::pair<double, const char*> cases[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1, "-1"},
      {10, "10"},
      {100, "100"},
      {123456789, "123456789"},
      {1.5, "1.5"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {0.000001, "0.000001"},
      {0.0000015, "0.0000015"},
      {1e-7, "1e-7"},
      {1.5e-7, "1.5e-7"},
      {123e-20, "1.23e-18"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e21, "1.5e+21"},
      {123e20, "1.23e+22"},
      {999999999999999900000.0, "999999999999999900000"},
      {9007199254740991, "9007199254740991"},
      {9007199254740993, "9007199254740992"},
      {1795342055233.001, "1795342055233.001"},
      {1700000000000, "1700000000000"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {std::numeric_limits<double>::min(), "2.2250738585072014e-308"},
      {std::numeric_limits<double>::denorm_min(), "5e-324"},
  };
  for (const auto& [value, text] : cases)
    BOOST_TEST(js_number_text(value) == text);
}

BOOST_AUTO_TEST_CASE(numbers_read_as_json_defines_them) {
  BOOST_TEST(parse_js_number("0").value() == 0);
  BOOST_TEST(parse_js_number("-0").value() == 0);
  BOOST_TEST(js_number_text(parse_js_number("-0").value()) == "0");
  BOOST_TEST(parse_js_number("-12.5e+3").value() == -12500);
  BOOST_TEST(parse_js_number("1E2").value() == 100);
  BOOST_TEST(parse_js_number("5e-324").value() == std::numeric_limits<double>::denorm_min());
  BOOST_TEST(parse_js_number("1e-400").value() == 0);
  BOOST_TEST(parse_js_number("0.0000000000001e-400").value() == 0);
  BOOST_TEST(parse_js_number("1e-99999999999999999999").value() == 0);
  BOOST_TEST(parse_js_number("0e99999999999999999999").value() == 0);
  for (auto text : {"",         "-",
                    "+1",       "01",
                    "-01",      ".5",
                    "1.",       "1e",
                    "1e+",      "1.e1",
                    "0x10",     "NaN",
                    "Infinity", "-Infinity",
                    "1 ",       " 1",
                    "1,",       "1e5.",
                    "--1",      "1e999",
                    "-1e999",   "1000e99999999999999999999"})
    BOOST_TEST(!parse_js_number(text), text);
}

BOOST_AUTO_TEST_CASE(comparison_is_by_utf16_code_unit) {
  auto less = [](std::string_view x, std::string_view y) {
    return compare_utf16(x, y) < 0 && compare_utf16(y, x) > 0;
  };
  BOOST_TEST(less("", "a"));
  BOOST_TEST(less("a", "ab"));
  BOOST_TEST(less("Z", "a"));
  BOOST_TEST(less("z", "\u00e9"));
  BOOST_TEST(less("\u00e9", "\u4e00"));
  // U+1F600 is D83D DE00: less than U+E000 and U+FFFD, more than U+D7FF.
  BOOST_TEST(less("\U0001F600", "\uFFFD"));
  BOOST_TEST(less("\U0001F600", "\uE000"));
  BOOST_TEST(less("\uD7FF", "\U0001F600"));
  BOOST_TEST(less("\U0001F600", "\U0001F601"));
  BOOST_TEST(less("\U0001F600", "\U0010FFFF"));
  BOOST_TEST(less("\uE000", "\uFFFD"));
  BOOST_TEST(less("x\U0001F600b", "x\uFFFDa"));
  BOOST_TEST((compare_utf16("\U0001F600", "\U0001F600") == 0));
}

BOOST_AUTO_TEST_CASE(ill_formed_utf8_is_recognised) {
  for (auto text : {"", "abc", "\u00e9", "\u4e00", "\uFFFD", "\U0010FFFF", "\U00010000"})
    BOOST_TEST(is_utf8(text));
  for (auto text :
       {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE4\xB8", "\xE4\xB8z"})
    BOOST_TEST(!is_utf8(text));
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_as_json_stringify_does) {
  std::string out;
  append_js_string(out, std::string_view{"a\"\\\b\f\n\r\t\x01\x1f\x7f/\u2028\0z", 17});
  BOOST_TEST(out == "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\u2028\\u0000z\"");
  out.clear();
  append_js_escaped(out, 0xD83D);
  BOOST_TEST(out == "\\ud83d");
}

BOOST_AUTO_TEST_SUITE_END()
