#include "tests/actors/replicator/replicator_fixture.hpp"

using namespace warren;
using namespace warren::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(replicator, replicator_fixture)

BOOST_AUTO_TEST_CASE(what_was_put_is_read_and_exported) {
  database db;
  start(db);
  put(db, "alice", R"({"name":"Alice","age":30.0})");
  put(db, "bob", R"({"name":null})");
  BOOST_TEST(get(db, "alice") == R"({"age":30,"name":"Alice"})");
  auto missing = ask<node_value>(db, get_node{"bob"});
  BOOST_TEST(is(missing.error(), errc::not_found));
  auto page = ask<node_page>(db, export_nodes{"", 1});
  BOOST_REQUIRE(page);
  BOOST_TEST(page->nodes.size() == 1);
  BOOST_TEST(!page->last);
  page = ask<node_page>(db, export_nodes{"alice", 0}); // a limit of 0 counts as 1
  BOOST_REQUIRE(page);
  BOOST_TEST(page->last);
  BOOST_TEST(page->nodes.at(0).fields_json == R"({"name":null})");
  BOOST_TEST(page->nodes.at(0).states_json.starts_with(R"({"name":18)"));
  auto now = status(db);
  BOOST_TEST(now.items == 3);
  BOOST_TEST(now.digest.size() == 64);
  BOOST_TEST(now.peers == 0);
}

BOOST_AUTO_TEST_CASE(a_bad_write_is_refused_with_the_rule_and_changes_nothing) {
  database db;
  start(db);
  put(db, "s", R"({"a":1})");
  auto before = status(db).digest;
  for (auto fields :
       {"", "[]", "{}", R"({"a":[1]})", R"({"a":1,"b":{"c":2}})", R"({"_":1})", R"({"a":1e999})"}) {
    auto why = order(db, put_fields{"s", fields});
    BOOST_TEST(is(why, errc::invalid_item));
    BOOST_TEST(describe(why).size() > 20);
  }
  BOOST_TEST(is(order(db, put_fields{"", R"({"a":1})"}), errc::invalid_item));
  BOOST_TEST(status(db).digest == before);
}

BOOST_AUTO_TEST_CASE(watchers_are_told_of_fields_under_their_prefix) {
  database db;
  start(db);
  auto log = record<field_changed>();
  BOOST_TEST(!order(db, watch_nodes{log.handle, "a/"}));
  BOOST_TEST(!order(db, watch_nodes{log.handle, "a/b"})); // still once per field
  put(db, "a/b", R"({"x":1})");
  put(db, "b", R"({"x":1})");
  put(db, "a/c", R"({"x":null})");
  auto seen = log.take<field_changed>();
  BOOST_REQUIRE(seen.size() == 2);
  BOOST_TEST(seen[0].soul == "a/b");
  BOOST_TEST(seen[0].field == "x");
  BOOST_TEST(seen[0].value_json == "1");
  BOOST_TEST(seen[0].local);
  BOOST_TEST(seen[0].state >= 1'800'000'000'000.0);
  BOOST_TEST(seen[1].value_json == "null");
}

BOOST_AUTO_TEST_CASE(watchers_are_bounded_and_their_places_are_freed_when_they_end) {
  database db;
  db.config.max_watchers = 2;
  start(db);
  auto first = record<field_changed>();
  auto second = record<field_changed>();
  auto third = record<field_changed>();
  BOOST_TEST(!order(db, watch_nodes{first.handle, ""}));
  BOOST_TEST(!order(db, watch_nodes{first.handle, ""})); // the same again
  BOOST_TEST(!order(db, watch_nodes{second.handle, ""}));
  auto why = order(db, watch_nodes{third.handle, ""});
  BOOST_TEST(is(why, errc::limit_reached));
  BOOST_TEST(describe(why).find("max_watchers") != std::string::npos);
  kill(first.handle);
  BOOST_TEST(!order(db, watch_nodes{third.handle, ""}));
  put(db, "s", R"({"x":1})");
  BOOST_TEST(third.all<field_changed>().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_configuration_that_cannot_work_is_refused_by_name) {
  auto refused = [&](auto change, const std::string& name) {
    replicator_config config;
    config.database = "db";
    config.directory = "/nonexistent";
    change(config);
    auto spawned = spawn_replicator(sys, config);
    BOOST_REQUIRE(!spawned);
    BOOST_TEST(is(spawned.error(), errc::bad_config));
    BOOST_TEST(describe(spawned.error()).find(name) != std::string::npos, describe(spawned.error()));
  };
  refused([](auto& c) { c.database = ""; }, "database");
  refused([](auto& c) { c.limits.sync.page_keys = 0; }, "page_keys");
  refused([](auto& c) { c.limits.sync.want_ids = 5000; }, "want_ids");
  refused([](auto& c) { c.limits.graph.max_value = 1 << 20; }, "max_value");
  refused([](auto& c) { c.limits.graph.max_name = 2000; }, "max_name");
  refused([](auto& c) { c.limits.sync.relist_interval = 0ms; }, "relist_interval");
}

BOOST_AUTO_TEST_SUITE_END()
