#include "tools/warren/api/record.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren::program;

BOOST_AUTO_TEST_SUITE(import_records)

BOOST_AUTO_TEST_CASE(a_line_becomes_a_write_and_other_members_are_ignored) {
  auto parsed = parse_record(R"({"states":{"x":1},"fields":{"x":1,"y":"z"},"soul":"a"})");
  BOOST_REQUIRE(parsed.put);
  BOOST_TEST(parsed.put->soul == "a");
  BOOST_TEST(parsed.put->fields_json == R"({"x":1,"y":"z"})");
  BOOST_TEST(parsed.problem.empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_record_says_why) {
  const std::pair<const char*, const char*> cases[] = {
      {"rubbish", "not a JSON object"},
      {"[1]", "not a JSON object"},
      {"{\"soul\":\"a\",\"fields\":{}} {}", "not a JSON object"},
      {"{\"fields\":{}}", "\"soul\" must be a text"},
      {"{\"soul\":7,\"fields\":{}}", "\"soul\" must be a text"},
      {"{\"soul\":\"a\"}", "\"fields\" must be an object"},
      {"{\"soul\":\"a\",\"fields\":[]}", "\"fields\" must be an object"},
  };
  for (const auto& [line, why] : cases) {
    auto parsed = parse_record(line);
    BOOST_TEST(!parsed.put, line);
    BOOST_TEST(parsed.problem == why);
  }
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded_and_brackets_in_text_are_no_nesting) {
  BOOST_TEST(parse_record(std::string(1'000'000, '[')).problem == "nested too deeply");
  auto text = R"({"soul":"a","fields":{"x":"\")" + std::string(100, '{') + R"("}})";
  BOOST_TEST(parse_record(text).put.has_value());
}

BOOST_AUTO_TEST_CASE(lines_are_cut_wherever_the_parts_end) {
  const std::string text = "one\n\ntwo\r\nrest";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    line_splitter lines;
    std::vector<std::string> found;
    for (auto part : {text.substr(0, cut), text.substr(cut)}) {
      lines.append(part);
      while (auto line = lines.next())
        found.emplace_back(*line);
    }
    BOOST_TEST((found == std::vector<std::string>{"one", "", "two\r"}));
    BOOST_TEST(lines.rest() == "rest");
  }
}

BOOST_AUTO_TEST_CASE(a_line_is_too_long_one_octet_above_the_limit) {
  line_splitter lines;
  lines.append("short\n" + std::string(longest_line, 'x'));
  BOOST_TEST(lines.next().value() == "short");
  BOOST_TEST(!lines.too_long());
  lines.append("x");
  BOOST_TEST(lines.too_long());
  lines.append("\n");
  BOOST_TEST(lines.next().value().size() == longest_line + 1);
  BOOST_TEST(!lines.too_long());
}

BOOST_AUTO_TEST_SUITE_END()
