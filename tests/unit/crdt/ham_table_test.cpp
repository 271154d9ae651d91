// The decision table of gun.md section 6, row by row, through the engine.
#include "crdt_bridge/errc.hpp"
#include "crdt_bridge/graph_engine.hpp"
#include "crdt_bridge/node_json.hpp"

#include <boost/test/unit_test.hpp>

using namespace warren;
using namespace warren::crdt;

namespace {

constexpr double t = 1'700'000'000'000;
constexpr wall_time now{1'800'000'000'000};
constexpr double at_now = 1'800'000'000'000;

struct side {
  const char* json; // null: there is none
  double state;
};

struct row {
  int number;
  side current;
  side incoming;
  side result;
};

verdict offer(graph_engine& engine, const side& what, wall_time when = now) {
  auto value = canonical_value(what.json);
  BOOST_REQUIRE(value);
  auto made = make_item({"soul", "field", what.state, *value});
  BOOST_REQUIRE(!engine.check(made));
  return engine.apply({&made, 1}, when).front();
}

void check_held(const graph_engine& engine, const side& expected, int row_number) {
  BOOST_TEST_CONTEXT("row " << row_number) {
    auto value = canonical_value(expected.json);
    BOOST_REQUIRE(value);
    auto held = engine.get(make_item({"soul", "field", expected.state, *value}).key.id);
    BOOST_REQUIRE(held);
    BOOST_TEST(engine.count() == 1);
  }
}

const row rows[] = {
    {1, {nullptr, 0}, {R"("a")", t}, {R"("a")", t}},
    {2, {R"("a")", t}, {R"("b")", t + 1}, {R"("b")", t + 1}},
    {3, {R"("a")", t}, {R"("b")", t - 1}, {R"("a")", t}},
    {4, {R"("a")", t}, {R"("a")", t}, {R"("a")", t}},
    {5, {R"("a")", t}, {R"("b")", t}, {R"("b")", t}},
    {6, {R"("b")", t}, {R"("a")", t}, {R"("b")", t}},
    {7, {R"("a")", t}, {R"("ab")", t}, {R"("ab")", t}},
    {8, {R"("a")", t}, {R"("a!")", t}, {R"("a")", t}},
    {9, {R"("a!")", t}, {R"("a")", t}, {R"("a")", t}},
    {10, {R"("a")", t}, {R"("a ")", t}, {R"("a")", t}},
    {11, {"9", t}, {"10", t}, {"9", t}},
    {12, {"10", t}, {"9", t}, {"9", t}},
    {13, {"2", t}, {"-1", t}, {"2", t}},
    {14, {R"("5")", t}, {"5", t}, {"5", t}},
    {15, {"5", t}, {R"("5")", t}, {"5", t}},
    {16, {"null", t}, {R"("zzz")", t}, {"null", t}},
    {17, {R"("zzz")", t}, {"null", t}, {"null", t}},
    {18, {"null", t}, {"1", t}, {"null", t}},
    {19, {"null", t}, {"true", t}, {"true", t}},
    {20, {"true", t}, {"null", t}, {"true", t}},
    {21, {"false", t}, {"null", t}, {"null", t}},
    {22, {"true", t}, {"false", t}, {"true", t}},
    {23, {R"({"#":"a"})", t}, {R"("zzz")", t}, {R"({"#":"a"})", t}},
    {24, {R"({"#":"a"})", t}, {"true", t}, {R"({"#":"a"})", t}},
    {25, {R"({"#":"a"})", t}, {R"({"#":"b"})", t}, {R"({"#":"b"})", t}},
    {26, {"9", t}, {"1e21", t}, {"9", t}},
    {27, {"1e21", t}, {"999999999999999900000", t}, {"999999999999999900000", t}},
    {28, {"0.000001", t}, {"1e-7", t}, {"1e-7", t}},
    {29, {"0", t}, {"-0", t}, {"0", t}},
    {30, {R"("z")", t}, {"\"\u00e9\"", t}, {"\"\u00e9\"", t}},
    {31, {"\"\uFFFD\"", t}, {"\"\U0001F600\"", t}, {"\"\uFFFD\"", t}},
    {32, {R"("\n")", t}, {R"("Z")", t}, {R"("\n")", t}},
    {33, {R"("\n")", t}, {R"("a")", t}, {R"("a")", t}},
    {34, {R"("")", t}, {R"("a")", t}, {R"("a")", t}},
    {35, {R"("\"")", t}, {R"("#")", t}, {R"("\"")", t}},
    {36, {R"("a")", t}, {R"("b")", t + 0.001}, {R"("b")", t + 0.001}},
    {37, {nullptr, 0}, {R"("b")", 0}, {R"("b")", 0}},
    {38, {nullptr, 0}, {R"("b")", -5}, {R"("b")", -5}},
    {39, {R"("a")", t}, {"null", t + 1}, {"null", t + 1}},
    {40, {"null", t}, {R"("b")", t - 1}, {"null", t}},
    {41, {"null", t}, {R"("b")", t + 1}, {R"("b")", t + 1}},
    {42, {nullptr, 0}, {"null", t}, {"null", t}},
};

} // namespace

BOOST_AUTO_TEST_SUITE(ham_table)

BOOST_AUTO_TEST_CASE(rows_1_to_42_are_decided_as_gun_decides_them) {
  for (const auto& each : rows) {
    graph_engine engine;
    if (each.current.json)
      BOOST_TEST((offer(engine, each.current) == verdict::added));
    offer(engine, each.incoming);
    check_held(engine, each.result, each.number);
  }
}

BOOST_AUTO_TEST_CASE(a_batch_decides_as_single_items_do_in_either_order) {
  for (const auto& each : rows) {
    if (!each.current.json)
      continue;
    auto first = make_item({"soul", "field", each.current.state, *canonical_value(each.current.json)});
    auto second = make_item({"soul", "field", each.incoming.state, *canonical_value(each.incoming.json)});
    for (auto batch : {std::vector{first, second}, std::vector{second, first}}) {
      graph_engine engine;
      engine.apply(batch, now);
      check_held(engine, each.result, each.number);
    }
  }
}

BOOST_AUTO_TEST_CASE(row_43_a_state_just_ahead_waits_until_its_time) {
  graph_engine engine;
  offer(engine, {R"("a")", t});
  BOOST_TEST((offer(engine, {R"("b")", at_now + 150}) == verdict::deferred));
  check_held(engine, {R"("a")", t}, 43);
  BOOST_TEST(engine.next_due()->milliseconds == now.milliseconds + 150);
  BOOST_TEST(engine.take_due({now.milliseconds + 149}).empty());
  auto due = engine.take_due({now.milliseconds + 150});
  BOOST_REQUIRE(due.size() == 1);
  BOOST_TEST((engine.apply(due, {now.milliseconds + 150}).front() == verdict::added));
  check_held(engine, {R"("b")", at_now + 150}, 43);
}

BOOST_AUTO_TEST_CASE(row_44_a_state_a_day_ahead_is_not_applied) {
  graph_engine engine;
  offer(engine, {R"("a")", t});
  BOOST_TEST((offer(engine, {R"("b")", at_now + 86'400'000}) == verdict::far_future));
  check_held(engine, {R"("a")", t}, 44);
}

BOOST_AUTO_TEST_CASE(row_45_what_is_no_value_changes_nothing) {
  graph_engine engine;
  offer(engine, {R"("a")", t});
  for (auto text :
       {"1e999", "-1e999", "[1]", R"({"a":1})", "{}", R"({"#":""})", R"({"#":5})", R"({"#":"x","y":1})"}) {
    BOOST_TEST(!engine.write("soul", std::string{R"({"field":)"} + text + "}", now));
    BOOST_TEST(!canonical_value(text));
    // The same smuggled into an item.
    BOOST_TEST(!!engine.check(make_item({"soul", "field", t + 1, text})));
  }
  check_held(engine, {R"("a")", t}, 45);
}

BOOST_AUTO_TEST_CASE(row_46_an_overflowing_state_is_never_applied) {
  graph_engine engine;
  offer(engine, {R"("a")", t});
  auto endless = make_item({"soul", "field", std::numeric_limits<double>::infinity(), R"("b")"});
  BOOST_TEST(engine.check(endless) == errc::invalid_state);
  BOOST_TEST((offer(engine, {R"("b")", 1.7e308}) == verdict::far_future));
  check_held(engine, {R"("a")", t}, 46);
}

BOOST_AUTO_TEST_SUITE_END()
